/** A payload against a schema: at once or later; what it complains about is short, bounded and without the value. */
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type Checked, checkPayload, Refusal } from '../../../src/message/payload-check.js';

type Schema = Parameters<typeof checkPayload>[0];
const checked = (): Checked => ({ topic: 'quakes', place: 'quakes:0:7', position: { topic: 'quakes', partition: 0, offset: 7 } });
const check = (schema: Schema, payload: unknown) => checkPayload(schema, payload, checked);
async function refuse(schema: Schema, payload: unknown): Promise<Refusal> {
  const verdict = await check(schema, payload);
  if (!(verdict instanceof Refusal)) throw new Error('Accepted');
  return verdict;
}
/** A schema that says this. */
const saying = (issues: readonly object[]): Schema => ({ '~standard': { version: 1, vendor: 't', validate: () => ({ issues }) as never } });

test('a schema that answers at once is answered at once, with its output', () => {
  expect(check(z.object({ at: z.string().transform(Number) }), { at: '7', more: 1 })).toEqual({ value: { at: 7 } });
  expect(check(v.optional(v.number(), 3), undefined)).toMatchObject({ value: 3 });
});

test('an asynchronous schema gives a promise', async () => {
  const zod = check(
    z.number().refine(async (n) => n > 1),
    2,
  );
  const valibot = check(
    v.pipeAsync(
      v.number(),
      v.transformAsync(async (n) => n * 2),
    ),
    2,
  );
  expect([zod, valibot].map((verdict) => verdict instanceof Promise)).toEqual([true, true]);
  expect(await Promise.all([zod, valibot])).toMatchObject([{ value: 2 }, { value: 4 }]);
});

test.for([
  ['zod', z.object({ stations: z.array(z.object({ depth: z.number() })), name: z.string() })],
  ['valibot', v.object({ stations: v.array(v.object({ depth: v.number() })), name: v.string() })],
] as const)('%s: each issue has its path and its words', async ([, schema]) => {
  const refusal = await refuse(schema, { stations: [{ depth: 1 }, { depth: 'secret' }] });
  expect(refusal.issues.map(({ path }) => path)).toEqual(['stations[1].depth', 'name']);
  for (const { message } of refusal.issues) expect(message).toMatch(/expected/i);
  expect(String(refusal)).toMatch(/^payload\.stations\[1\]\.depth: .+; payload\.name: /);
  expect(JSON.stringify(refusal)).not.toContain('secret');
});

test.for([
  ['a text', v.object({ a: v.number() }), { a: 'private' }],
  ['a short text', v.object({ a: v.number() }), { a: 'p' }],
  ['a number', v.object({ a: v.pipe(v.number(), v.maxValue(3)) }), { a: 7041.5 }],
  ['what a transformation made', v.object({ a: v.pipe(v.string(), v.transform(Number), v.maxValue(3)) }), { a: '07041' }],
  ['own words', z.object({ a: z.string().refine(() => false, { error: ({ input }) => `not ${String(input)}!` }) }), { a: 'private' }],
  ['a literal', v.object({ a: v.picklist(['x', 'y']) }), { a: 'private' }],
  ['the whole payload', v.number(), 'private'],
] as const)('the value never shows: %s', async ([, schema, payload]) => {
  const [issue] = (await refuse(schema, payload)).issues;
  expect(issue?.message).not.toMatch(/private|7041|"p"/);
  expect(issue?.message).toMatch(/<text>|<number>/);
});

test('issues are bounded in number and length, and the text counts the rest', async () => {
  const refusal = await refuse(saying(Array.from({ length: 25 }, () => ({ message: 'x'.repeat(9_999), path: ['k'.repeat(9_999)] }))), {});
  expect(refusal.issues.length).toBe(10);
  for (const { path, message } of refusal.issues) expect([path.length, message.length]).toEqual([200, 200]);
  expect(String(refusal)).toMatch(/ \(and 22 more\)$/);
});

test('odd paths are written as JavaScript would, and nothing in them or in the words leaves the line', async () => {
  const path = [0, { key: 'a b' }, 'c', Symbol('s'), '\u001b[31m\n'];
  const [issue] = (await refuse(saying([{ message: 'bad\u001b[2J\n\u009b', path }, { message: 'whole' }]), [])).issues;
  expect(issue).toEqual({ path: '[0]["a b"].c[Symbol(s)]["\\u001b[31m\\n"]', message: 'bad [2J  ' });
});

test.for([
  ['throws', () => Promise.resolve(check({ '~standard': { version: 1, vendor: 't', validate: () => raise() } }, 1))],
  ['rejects', async () => check({ '~standard': { version: 1, vendor: 't', validate: async () => raise() } }, 1)],
  ['gives nothing', async () => check({ '~standard': { version: 1, vendor: 't', validate: () => undefined as never } }, 1)],
] as const)("a schema that %s is the user's code that threw, not wrong data", async ([, run]) => {
  await expect(Promise.resolve().then(run)).rejects.toMatchObject({
    name: 'HandlerError',
    code: 'SCHEMA_THREW',
    message: expect.stringMatching(/^The schema of topic "quakes" threw on quakes:0:7: /),
    position: { topic: 'quakes', partition: 0, offset: 7 },
    cause: expect.any(Error),
  });
});

function raise(): never {
  throw new TypeError('no database');
}

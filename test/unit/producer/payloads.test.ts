/** Payloads against the schemas of their topics, before anything is packed. */
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { UsageError } from '../../../src/errors.js';
import type { OutgoingMessage } from '../../../src/message/message.js';
import { checkMessages } from '../../../src/producer/payloads.js';
import { TopicSchemas, unchecked } from '../../../src/settings/schemas.js';
import type { Schemas } from '../../../src/settings/topics.js';

const SCHEMAS: Schemas = {
  quakes: z.object({ mag: z.number(), place: z.string().default('sea') }),
  storms: v.objectAsync({
    wind: v.pipeAsync(
      v.number(),
      v.checkAsync(async (wind) => wind > 0),
    ),
  }),
  fires: unchecked(),
};
function check(messages: readonly unknown[], to?: string, schemas = SCHEMAS) {
  const outputSchemas = TopicSchemas.from(schemas) as TopicSchemas;
  return checkMessages(messages as readonly OutgoingMessage[], { outputTopics: Object.keys(schemas), outputSchemas, to });
}

test("what the schema makes of the payload is what is written, with the message's other fields; the message itself stays as it is", () => {
  const headers = [['h', null]] as const;
  const message = { id: 'a', payload: { mag: 1, more: 2 }, refs: [], to: 'quakes', record: { headers }, partition: 9 };
  const checked = check([message]);
  expect(checked).toEqual(
    new Map([[message, { id: 'a', payload: { mag: 1, place: 'sea' }, refs: [], to: 'quakes', record: { headers } }]]),
  );
  expect(message.payload).toEqual({ mag: 1, more: 2 });
});

test('the message says its topic, then the call, then there is only one', () => {
  const message = { id: 'a', payload: { mag: 'x' } };
  expect(() => check([message], 'quakes')).toThrow(/topic "quakes"/);
  expect(() => check([{ ...message, to: 'quakes' }], 'fires')).toThrow(/topic "quakes"/);
  expect(() => check([message], undefined, { quakes: z.number() })).toThrow(/topic "quakes"/);
});

test('a refused payload is a UsageError naming index, topic, path and issue, never the value', () => {
  const messages = [
    { id: 'a', payload: { mag: 1 }, to: 'quakes' },
    { id: 'b', payload: { mag: 'private' }, to: 'quakes' },
  ];
  expect(() => check(messages)).toThrow(
    expect.objectContaining({
      code: 'USAGE_SCHEMA',
      message: 'messages[1] does not fit the schema of topic "quakes": payload.mag: Invalid input: expected number, received string',
    }),
  );
  expect(() => check(messages)).toThrow(UsageError);
});

test('an asynchronous schema is asked one message after the other', async () => {
  const good = { id: 'a', payload: { wind: 1 }, to: 'storms' };
  const pending = check([good, { id: 'b', payload: { mag: 1 }, to: 'quakes' }, { id: 'c', payload: { wind: 2 }, to: 'storms' }]);
  expect(pending).toBeInstanceOf(Promise);
  expect([...(await pending).values()].map(({ payload }) => payload)).toEqual([{ wind: 1 }, { mag: 1, place: 'sea' }, { wind: 2 }]);
  const bad = check([good, { id: 'b', payload: { wind: -1 }, to: 'storms' }]);
  await expect(bad).rejects.toMatchObject({ code: 'USAGE_SCHEMA', message: expect.stringContaining('messages[1]') });
});

test('tombstones, unchecked topics and what packing will refuse are left alone', () => {
  const messages = [
    { id: 'a', payload: null, tombstone: true, to: 'quakes' },
    { id: 'a', payload: 1, to: 'fires' },
    { id: 'a', payload: 1, to: 'elsewhere' },
    { id: 'a', payload: 1 },
    null,
    'text',
  ];
  expect(check(messages)).toEqual(new Map());
});

test('a schema that throws is told as such, with the place', () => {
  const fail = (): never => {
    throw new Error('no database');
  };
  const broken = v.pipe(v.number(), v.check(fail));
  expect(() => check([{ id: 'a', payload: 1 }], undefined, { quakes: broken })).toThrow(
    expect.objectContaining({ code: 'SCHEMA_THREW', message: expect.stringMatching(/schema of topic "quakes" threw on messages\[0\]/) }),
  );
});

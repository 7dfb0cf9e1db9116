/** A handler under test: what it returned, what it failed on, and no engine. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { type ConsumedMessage, eachMessage } from '../../../src/index.js';
import { consumed, runHandler } from '../../../src/testing/index.js';

const three = () => [1, 2, 3].map((n) => consumed(`m${n}`, n));

test('the outputs are what the handler returned', async () => {
  const handler = (messages: readonly ConsumedMessage<number>[]) => messages.map((m) => m.derive(m.id, m.payload * 2));
  const { outputs, failed, deadLettered } = await runHandler(handler, three());
  expect(outputs.map(({ id, payload }) => [id, payload])).toEqual([
    ['m1', 2],
    ['m2', 4],
    ['m3', 6],
  ]);
  expect([failed, deadLettered]).toEqual([[], []]);
});

test('a handler that returns nothing has no outputs; it sees the first attempt and the signal', async () => {
  const { signal } = new AbortController();
  let seen: unknown;
  const handler = (_: unknown, context: unknown) => {
    seen = context;
  };
  const { outputs } = await runHandler(handler, three(), { signal });
  expect(outputs).toEqual([]);
  expect(seen).toEqual({ signal, attempt: 1 });
});

test('a throw fails every message of the batch, also one of a single message', async () => {
  const error = new Error('two');
  const messages = three();
  const handler = eachMessage<ConsumedMessage<number>>(({ payload }) => (payload === 2 ? Promise.reject(error) : undefined));
  const { outputs, failed } = await runHandler(handler, messages);
  expect(outputs).toEqual([]);
  expect(failed).toEqual(messages.map((message) => ({ message, error })));
});

test.for(['retry', 'deadLetter'])('%s is not available yet', async (name) => {
  await expect(runHandler(() => undefined, three(), { [name]: {} })).rejects.toMatchObject({ code: 'USAGE_ARGUMENT' });
});

test('an unknown option and a result that is no list are refused', async () => {
  await expect(runHandler(() => undefined, three(), { retries: 3 } as object)).rejects.toThrow(/retries is not an option/);
  await expect(runHandler(() => 'x', three())).rejects.toThrow(/nothing or a list of outputs; got string/);
});

test('neither importing ./testing nor using it loads the engine', () => {
  const script = `
    import { createRequire } from 'node:module';
    import { consumed, runHandler } from './dist/testing/index.js';
    await runHandler(() => undefined, [consumed('a', 1)]);
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter((file) => /\\.(node|cjs)$/.test(file));
    process.stdout.write(JSON.stringify([loaded, process.report.getReport().sharedObjects.filter((file) => file.endsWith('.node'))]));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([[], []]);
});

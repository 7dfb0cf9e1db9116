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
  expect(seen).toEqual({ signal, attempt: 1, fail: expect.any(Function) });
});

test('a throw fails every message of the batch, also one of a single message', async () => {
  const error = new Error('two');
  const messages = three();
  const handler = eachMessage<ConsumedMessage<number>>(({ payload }) => (payload === 2 ? Promise.reject(error) : undefined));
  const { outputs, failed } = await runHandler(handler, messages);
  expect(outputs).toEqual([]);
  expect(failed).toEqual(messages.map((message) => ({ message, error })));
});

test('with retry what throws is called again, with payloads as they came', async () => {
  const seen: unknown[] = [];
  const handler = (messages: readonly ConsumedMessage<{ n: number }>[], { attempt }: { readonly attempt: number }) => {
    for (const { payload } of messages) {
      seen.push([attempt, payload.n]);
      payload.n = 99;
    }
    if (attempt < 3) throw new Error('not yet');
    return messages.map((m) => m.derive(m.id, m.payload.n));
  };
  const messages = [consumed('a', { n: 1 })];
  const { outputs, failed } = await runHandler(handler, messages, { retry: { attempts: 3 } });
  expect(seen).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
  ]);
  expect([outputs.length, failed]).toEqual([1, []]);
});

test('with deadLetter the guilty are found and would be parked, the others are done', async () => {
  const error = new Error('two');
  const messages = three();
  const handler = (batch: readonly ConsumedMessage<number>[]) => {
    if (batch.some(({ payload }) => payload === 2)) throw error;
    return batch.map((m) => m.derive(m.id, m.payload));
  };
  const { outputs, failed, deadLettered } = await runHandler(handler, messages, { deadLetter: true });
  expect(outputs.map(({ payload }) => payload)).toEqual([1, 3]);
  expect(failed).toEqual([]);
  expect(deadLettered).toEqual([{ message: messages[1], error }]);
});

test('eachMessage under a policy: only the guilty is called again', async () => {
  const seen: number[] = [];
  const handler = eachMessage<ConsumedMessage<number>>(({ payload }) => {
    seen.push(payload);
    if (payload === 2) throw new Error('two');
  });
  const { deadLettered } = await runHandler(handler, three(), { retry: { attempts: 2 }, deadLetter: {} });
  expect(seen).toEqual([1, 2, 3, 2]);
  expect(deadLettered.map(({ message }) => message.payload)).toEqual([2]);
});

test('where the consumer would wait for better times the messages are failed', async () => {
  const { failed, deadLettered } = await runHandler(() => Promise.reject(new Error('down')), three(), { deadLetter: true });
  expect([failed.length, deadLettered.length]).toEqual([3, 0]);
  const all = await runHandler(() => Promise.reject(new Error('down')), three(), { deadLetter: { maxShare: 1 } });
  expect([all.failed.length, all.deadLettered.length]).toEqual([0, 3]);
});

test('context.fail without a policy: the others are done', async () => {
  const messages = three();
  const handler = (batch: readonly ConsumedMessage<number>[], context: { fail(message: ConsumedMessage<number>, error: unknown): void }) =>
    context.fail(batch[0] as ConsumedMessage<number>, 'one');
  const { failed } = await runHandler(handler, messages);
  expect(failed).toEqual([{ message: messages[0], error: 'one' }]);
});

test('wrong options are told', async () => {
  await expect(runHandler(() => undefined, three(), { retry: { attempts: 0 } })).rejects.toThrow(/retry\.attempts must be an integer/);
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

/** A handler of batches made of a function for single messages. */
import { expect, test } from 'vitest';
import { eachMessage } from '../../../src/handling/each-message.js';
import { ENDS_AT_FAILURE, type HandlerContext } from '../../../src/handling/handler.js';

const withPolicy = (fail: HandlerContext<number>['fail']): HandlerContext<number> => ({
  signal: new AbortController().signal,
  attempt: 1,
  fail,
});
const context = Object.assign(
  withPolicy(() => undefined),
  { [ENDS_AT_FAILURE]: true },
);

test.for([0, -1, 1.5, Number.NaN, '2' as unknown as number])('concurrency %s is refused when the handler is made', (concurrency) => {
  expect(() => eachMessage(() => undefined, { concurrency })).toThrow(expect.objectContaining({ code: 'USAGE_ARGUMENT' }));
});

test('the function gets the context of the batch; its results are dropped', async () => {
  const seen: unknown[] = [];
  const handler = eachMessage<number>((message, given) => seen.push([message, given === context]));
  expect(await handler([1, 2], context)).toBeUndefined();
  expect(seen).toEqual([
    [1, true],
    [2, true],
  ]);
});

test('where failures are seen to, each throw fails its message and the others go on', async () => {
  const failed: unknown[] = [];
  const seen: number[] = [];
  const handler = eachMessage<number>((message) => {
    seen.push(message);
    if (message % 2 === 1) throw new Error(`no ${message}`);
  });
  await handler(
    [1, 2, 3, 4],
    withPolicy((message, error) => failed.push([message, (error as Error).message])),
  );
  expect(seen).toEqual([1, 2, 3, 4]);
  expect(failed).toEqual([
    [1, 'no 1'],
    [3, 'no 3'],
  ]);
});

test('where a failure ends all, after a throw nothing more is started; what runs is awaited; the first error is thrown', async () => {
  const started: number[] = [];
  const ended: number[] = [];
  const open: (() => void)[] = [];
  const handler = eachMessage<number>(
    async (message) => {
      started.push(message);
      await new Promise<void>((resolve) => open.push(resolve));
      ended.push(message);
      if (message < 3) throw new Error(`no ${message}`);
    },
    { concurrency: 3 },
  );
  const handled = expect(handler([1, 2, 3, 4, 5], context)).rejects.toThrow('no 2');
  for (const go of [1, 0, 2]) {
    open[go]?.();
    await new Promise(setImmediate);
  }
  await handled;
  expect([started, ended]).toEqual([
    [1, 2, 3],
    [2, 1, 3],
  ]);
});

test('an error that is undefined is an error all the same', async () => {
  await expect(eachMessage<number>(() => Promise.reject(undefined))([1], context)).rejects.toBeUndefined();
});

/** The one place that calls a user's handler: what it throws is kept whole, what it must not return is refused. */
import { expect, test, vi } from 'vitest';
import { HandlerError, type Position, UsageError } from '../../../src/errors.js';
import { callHandler, describeBatch, type Handler } from '../../../src/handling/handler.js';

const batch: readonly Position[] = [7, 8].map((offset) => ({ topic: 'quakes', partition: 3, offset }));
const context = { signal: new AbortController().signal, attempt: 1 };
const call = (handler: unknown): Promise<void> => callHandler(handler as Handler<Position>, batch, context);

test('messages and context are handed over as they are, and undefined comes back', async () => {
  const handler = vi.fn();
  expect(await call(handler)).toBeUndefined();
  expect(handler).toHaveBeenCalledExactlyOnceWith(batch, context);
  expect(handler.mock.calls[0]?.[0]).toBe(batch);
});

test('an async handler is waited for', async () => {
  let isDone = false;
  await call(async () => {
    await new Promise(setImmediate);
    isDone = true;
  });
  expect(isDone).toBe(true);
});

const THROWN = [new TypeError('no such column'), 'a string', undefined, null, 42, { code: 'E' }];

test.for(THROWN)('what is thrown is the cause, untouched: %s', async (thrown) => {
  const throwing = (): void => {
    throw thrown;
  };
  for (const handler of [throwing, () => Promise.reject(thrown)]) {
    const error = await call(handler).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(HandlerError);
    expect(error).toMatchObject({ code: 'HANDLER_THREW', retriable: false, position: batch[0] });
    expect((error as HandlerError).cause).toBe(thrown);
  }
});

test('the message says what, where and got, and quotes only the text of an Error', async () => {
  await expect(call(() => Promise.reject(new TypeError('no such column')))).rejects.toThrow(
    'The handler threw on 2 messages from quakes:3:7 on: TypeError: no such column',
  );
  await expect(call(() => Promise.reject('secret'))).rejects.toThrow(/: string$/);
});

test('outputs are refused, since a Consumer has nowhere to write them', async () => {
  await expect(call(() => [{ id: '1', payload: 1 }])).rejects.toThrow(UsageError);
  await expect(call(async () => [1, 2, 3])).rejects.toMatchObject({
    code: 'USAGE_ARGUMENT',
    message: expect.stringMatching(/3 outputs.*Producer/),
  });
});

test('an empty list and other values are harmless', async () => {
  for (const value of [[], null, 0, 'done', {}]) await call(() => value);
});

test('a batch is named by its size and first position', () => {
  expect(describeBatch(batch)).toBe('2 messages from quakes:3:7 on');
  expect(describeBatch(batch.slice(1))).toBe('1 message from quakes:3:8 on');
  expect(describeBatch([])).toBe('0 messages');
});

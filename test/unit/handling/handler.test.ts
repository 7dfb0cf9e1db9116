/** The one place that calls a user's handler: what it throws is kept whole, what it must not return is refused. */
import { expect, test, vi } from 'vitest';
import { HandlerError, type Position, UsageError } from '../../../src/errors.js';
import {
  callHandler,
  describeBatch,
  ENDS_AT_FAILURE,
  type FailedByName,
  type Handler,
  type HandlerContext,
} from '../../../src/handling/handler.js';

const batch: readonly Position[] = [7, 8].map((offset) => ({ topic: 'quakes', partition: 3, offset }));
const { signal } = new AbortController();
const call = (handler: unknown, hasPolicy = true): Promise<FailedByName> =>
  callHandler(handler as Handler<Position>, batch, { call: { signal }, attempt: 2, hasPolicy });

test('messages, signal and attempt are handed over as they are, and nothing failed', async () => {
  const handler = vi.fn();
  expect(await call(handler)).toEqual(new Map());
  expect(handler).toHaveBeenCalledExactlyOnceWith(batch, { signal, attempt: 2, fail: expect.any(Function) });
  expect(handler.mock.calls[0]?.[0]).toBe(batch);
});

test.for([true, false])('whether a failure ends all is told to eachMessage only: with a policy %s', async (hasPolicy) => {
  const handler = vi.fn();
  await call(handler, hasPolicy);
  const context = handler.mock.calls[0]?.[1] as HandlerContext;
  expect(ENDS_AT_FAILURE in context).toBe(!hasPolicy);
  expect(Object.keys(context)).toEqual(['signal', 'attempt', 'fail']);
});

test('a copy of the context has all that the context has', async () => {
  const handler = vi.fn();
  await call(handler);
  const context = handler.mock.calls[0]?.[1] as HandlerContext;
  expect({ ...context }).toEqual({ signal, attempt: 2, fail: context.fail });
  expect(Object.create(context).signal).toBe(signal);
});

// V8 keeps the getters of objects in old space, and what a getter sees with them: 30 % more CPU a message when each call had its own.
test('the contexts of all calls have one getter', async () => {
  const handler = vi.fn();
  await call(handler);
  await call(handler);
  const [first, second] = handler.mock.calls.map(([, context]) => Object.getOwnPropertyDescriptor(context, 'signal')?.get);
  expect(first).toBeTypeOf('function');
  expect(second).toBe(first);
});

test('messages that the handler fails are told by index, each with its first error; a copy is as good', async () => {
  const failed = await call((messages: readonly Position[], context: HandlerContext<Position>) => {
    context.fail({ ...(messages[1] as Position) }, new RangeError('too deep'));
    context.fail(messages[1] as Position, 'later');
  });
  expect([...failed.keys()]).toEqual([1]);
  expect(failed.get(1)).toMatchObject({ code: 'HANDLER_FAILED', position: batch[1], cause: new RangeError('too deep') });
  expect(failed.get(1)?.message).toBe('The handler failed quakes:3:8: RangeError: too deep');
});

test('a message of another call, or one that is failed once the handler has ended, is a UsageError', async () => {
  const strange = (_: unknown, context: HandlerContext<unknown>): void => context.fail({ topic: 'quakes', partition: 3, offset: 9 }, 'x');
  await expect(call(strange)).rejects.toMatchObject({
    cause: { code: 'USAGE_ARGUMENT', message: expect.stringContaining('quakes:3:9 is not') },
  });
  await expect(call((_: unknown, { fail }: HandlerContext<unknown>) => fail(undefined, 'x'))).rejects.toMatchObject({
    cause: { code: 'USAGE_ARGUMENT' },
  });
  let late: HandlerContext<Position> | undefined;
  await call((_: unknown, context: HandlerContext<Position>) => {
    late = context;
  });
  expect(() => late?.fail(batch[0] as Position, 'x')).toThrow(/after its handler had ended/);
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

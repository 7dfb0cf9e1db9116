import { afterEach, expect, test, vi } from 'vitest';
import { Mailbox, type NewsEvent } from '../../../src/engine/mailbox.js';
import { FakeHandle, fault } from './fakes.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function open(own: { onNews?: (event: NewsEvent) => void; onFault?: () => void } = {}) {
  const handle = new FakeHandle();
  const news: NewsEvent[] = [];
  const faults: unknown[] = [];
  const mailbox = new Mailbox<FakeHandle>({
    name: 'producer "test"',
    open: (wake) => {
      handle.wake = wake;
      return handle;
    },
    onNews: own.onNews ?? ((event) => news.push(event)),
    onFault: own.onFault ?? ((error) => faults.push(error)),
  });
  return { mailbox, handle, news, faults };
}
const result = (request: number, json = 'null', error = null as ReturnType<typeof fault> | null) =>
  ({ kind: 'result', request, error, json }) as const;

test('answers find their requests by number, in whatever order they come', async () => {
  const { mailbox, handle } = open();
  const numbers: number[] = [];
  const first = mailbox.request('result', (request) => numbers.push(request));
  const second = mailbox.request('result', (request) => numbers.push(request));
  expect(mailbox.pendingCount).toBe(2);
  handle.say(result(numbers[1] as number, '2'), result(numbers[0] as number, '1'));
  expect([(await first).json, (await second).json]).toEqual(['1', '2']);
  expect(mailbox.pendingCount).toBe(0);
});

test('ask parses the answer, and a fault rejects with a KafkaException that says what was asked', async () => {
  const { mailbox, handle } = open();
  const good = mailbox.ask<{ a: number }>('Reading', (request) => handle.say(result(request, '{"a":1}')));
  // The engine never answers inside the call; a fake that does finds nobody waiting yet, so say it again.
  handle.say(result(1, '{"a":1}'));
  expect(await good).toEqual({ a: 1 });
  const bad = mailbox.ask('Reading the metadata', () => undefined);
  handle.say(result(2, '', fault(-185, '_TIMED_OUT')));
  await expect(bad).rejects.toMatchObject({ kafkaCode: -185, message: expect.stringContaining('Reading the metadata: ') });
});

test('a report of a fault that throws loses no answer behind it either', async () => {
  const { mailbox, handle } = open({
    onNews: () => {
      throw new Error('of the listener');
    },
    onFault: () => {
      throw new Error('of the logger');
    },
  });
  const answer = mailbox.request('result', () => undefined);
  expect(() => handle.say({ kind: 'ready' }, result(1, '7'))).toThrow('of the logger');
  expect((await answer).json).toBe('7');
});

test('what nobody asked for goes to the listener; one that throws is reported and loses no answer behind it', async () => {
  const { mailbox, handle, faults } = open({
    onNews: () => {
      throw new Error('listener');
    },
  });
  const answer = mailbox.request('result', () => undefined);
  handle.say({ kind: 'ready' }, result(1, '"after"'));
  expect((await answer).json).toBe('"after"');
  expect(faults).toMatchObject([{ message: 'listener' }]);
});

test('a pending request keeps the process alive, an idle client does not', async () => {
  const started = vi.spyOn(globalThis, 'setInterval');
  const stopped = vi.spyOn(globalThis, 'clearInterval');
  const { mailbox, handle } = open();
  expect(started).not.toHaveBeenCalled();
  const both = [mailbox.request('result', () => undefined), mailbox.request('result', () => undefined)];
  expect(started).toHaveBeenCalledTimes(1);
  handle.say(result(1));
  expect(stopped).not.toHaveBeenCalled();
  handle.say(result(2));
  expect(stopped).toHaveBeenCalledTimes(1);
  await Promise.all(both);
});

test('after fail every pending and every later request rejects with that error, and close still works', async () => {
  const { mailbox, handle } = open();
  const fatal = new Error('fatal');
  const pending = mailbox.request('delivered', () => undefined);
  mailbox.fail(fatal);
  mailbox.fail(new Error('a later one'));
  await expect(pending).rejects.toBe(fatal);
  await expect(mailbox.request('result', () => expect.unreachable())).rejects.toBe(fatal);
  const closed = mailbox.close(1_000);
  handle.say({ kind: 'closed', timedOut: false, error: null });
  expect(await closed).toMatchObject({ timedOut: false });
});

test('close is one promise, told once to the engine; requests still pending then reject', async () => {
  const { mailbox, handle } = open();
  const pending = mailbox.request('result', () => undefined);
  const closed = mailbox.close(1_000);
  expect(mailbox.close(9)).toBe(closed);
  expect(handle.closes).toEqual([1_000]);
  handle.say({ kind: 'closed', timedOut: true, error: null });
  expect(await closed).toMatchObject({ timedOut: true });
  await expect(pending).rejects.toMatchObject({ code: 'USAGE_CLOSED' });
  await expect(mailbox.request('result', () => undefined)).rejects.toMatchObject({ code: 'USAGE_CLOSED' });
});

test('an engine that never answers a close is not waited for beyond the deadline and its grace', async () => {
  vi.useFakeTimers();
  const { mailbox } = open();
  const closed = mailbox.close(1_000);
  const rejected = expect(closed).rejects.toMatchObject({ code: 'TIMEOUT_CLOSE', timeoutMs: 1_000 });
  await vi.advanceTimersByTimeAsync(3_000);
  await rejected;
});

test('the longest time to close is a long one', async () => {
  vi.useFakeTimers();
  const { mailbox, handle } = open();
  const closed = mailbox.close(2 ** 31 - 1);
  await vi.advanceTimersByTimeAsync(60_000);
  handle.say({ kind: 'closed', timedOut: false, error: null });
  expect(await closed).toMatchObject({ timedOut: false });
});

test('a call that throws while a request is sent rejects it and leaves nothing pending', async () => {
  const { mailbox } = open();
  const rejected = mailbox.request('result', () => {
    throw new Error('refused');
  });
  await expect(rejected).rejects.toThrow('refused');
  expect(mailbox.pendingCount).toBe(0);
});

test('an answer of another kind than was asked for is an InvariantError', async () => {
  const { mailbox, handle } = open();
  const asked = mailbox.request('delivered', () => undefined);
  handle.say(result(1));
  await expect(asked).rejects.toMatchObject({ code: 'INVARIANT' });
});

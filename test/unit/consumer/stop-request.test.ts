/** The wish to stop and its deadline: nothing is hurried before it, nothing is waited for after it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StopRequest } from '../../../src/consumer/stop-request.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const late = (): Error => new Error('late');
const never = (): Promise<never> => new Promise(() => undefined);

test('the first request aborts the signal with its reason; later ones change nothing', () => {
  const onRequest = vi.fn();
  const stop = new StopRequest(100, onRequest);
  expect([stop.requested, stop.signal.aborted]).toEqual([false, false]);
  stop.request('deploy');
  stop.request('again');
  expect([stop.requested, stop.signal.aborted, stop.signal.reason]).toEqual([true, true, 'deploy']);
  expect(onRequest).toHaveBeenCalledTimes(1);
});

test('without a request work may take for ever, and its end passes through', async () => {
  const stop = new StopRequest(100, () => undefined);
  let finish: (value: string) => void = () => undefined;
  const work = stop.within(
    new Promise<string>((resolve) => {
      finish = resolve;
    }),
    late,
  );
  await vi.advanceTimersByTimeAsync(1_000_000);
  finish('done');
  expect(await work).toBe('done');
  await expect(stop.within(Promise.reject(new Error('own')), late)).rejects.toThrow('own');
});

test('the deadline counts from the request, not from when the wait began', async () => {
  const stop = new StopRequest(100, () => undefined);
  stop.request();
  await vi.advanceTimersByTimeAsync(60);
  const settled = vi.fn();
  stop.within(never(), late).catch(settled);
  await vi.advanceTimersByTimeAsync(39);
  expect(settled).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(settled).toHaveBeenCalledExactlyOnceWith(new Error('late'));
});

test('a request during the wait arms the deadline', async () => {
  const stop = new StopRequest(100, () => undefined);
  const waiting = expect(stop.within(never(), late)).rejects.toThrow('late');
  await vi.advanceTimersByTimeAsync(500);
  stop.request();
  await vi.advanceTimersByTimeAsync(100);
  await waiting;
});

test('a wait that has ended leaves no timer behind', async () => {
  const stop = new StopRequest(100, () => undefined);
  stop.request();
  await stop.within(Promise.resolve(), late);
  expect(vi.getTimerCount()).toBe(0);
});

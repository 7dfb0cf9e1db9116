/** The engine's watchdog hears of the oldest running call: seldom, never too early a beginning by more than the slack, and that none runs at once. */
import { expect, test } from 'vitest';
import { CallWatch } from '../../../src/consumer/call-watch.js';

function setUp(limitMs = 1_000) {
  let nowMs = 0;
  const told: (number | undefined)[] = [];
  // As an absolute beginning, which is what the engine keeps; the slack of 1 % is 10 ms.
  const calls = new CallWatch((agoMs) => void told.push(agoMs === undefined ? undefined : nowMs - agoMs), limitMs);
  const watch = { begin: () => calls.begin(nowMs), end: (call: number) => calls.end(call, nowMs) };
  const at = (ms: number): void => {
    nowMs = ms;
  };
  return { watch, told, at };
}

test('one call after the other is told with its beginning and its end', () => {
  const { watch, told, at } = setUp();
  const first = watch.begin();
  at(300);
  watch.end(first);
  at(500);
  const second = watch.begin();
  at(510);
  watch.end(second);
  expect(told).toEqual([0, undefined, 500, undefined]);
});

test('of calls that overlap the oldest is told, with the slack, once the one before it has ended', () => {
  const { watch, told, at } = setUp();
  const first = watch.begin();
  at(100);
  const second = watch.begin();
  at(200);
  watch.end(first);
  // It began at 100; the engine takes it for 10 ms younger.
  expect(told).toEqual([0, 110]);
  at(300);
  watch.end(second);
  expect(told).toEqual([0, 110, undefined]);
});

test('many short calls cross the boundary about once in the slack, and what the engine believes is never older by more', () => {
  const { watch, told, at } = setUp();
  let open = [watch.begin(), watch.begin()];
  for (let ms = 1; ms <= 1_000; ms++) {
    at(ms);
    const [oldest, ...rest] = open;
    open = [...rest, watch.begin()];
    watch.end(oldest as number);
    expect(ms - (told.at(-1) as number)).toBeLessThanOrEqual(10 + 2);
  }
  // Of two thousand beginnings and ends.
  expect(told.length).toBeLessThan(150);
});

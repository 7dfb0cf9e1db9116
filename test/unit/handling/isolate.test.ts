/** Who of many is to blame: only the guilty are found, whoever they are, and in order. */
import { expect, test } from 'vitest';
import { Isolation } from '../../../src/handling/isolate.js';

/** Calls as a handler would that throws on each of the poisoned. */
function isolate(count: number, poisoned: readonly number[], alone: boolean) {
  const isolation = new Isolation(
    Array.from({ length: count }, (_, n) => n),
    alone,
  );
  const calls: string[] = [];
  const done: number[] = [];
  for (let group = isolation.next; group !== undefined; group = isolation.next) {
    calls.push(group.join(''));
    if (group.some((n) => poisoned.includes(n))) isolation.threw();
    else {
      done.push(...group);
      isolation.returned([]);
    }
  }
  return { guilty: isolation.guilty, calls, done };
}

test.for<[count: number, poisoned: number[], alone: boolean, calls: string[]]>([
  [0, [], true, []],
  [1, [0], true, []],
  [1, [0], false, ['0']],
  [1, [], false, ['0']],
  [4, [2], true, ['01', '23', '2', '3']],
  [4, [], false, ['0123']],
  [4, [3], false, ['0123', '01', '23', '2', '3']],
  [5, [0, 4], true, ['012', '01', '0', '1', '2', '34', '3', '4']],
])('%i suspects, %j poisoned, alone %s: calls %j', ([count, poisoned, alone, calls]) => {
  const result = isolate(count, poisoned, alone);
  expect(result.guilty).toEqual(poisoned);
  expect(result.calls).toEqual(calls);
});

test('every set of poisoned ones among six is found, and everybody else is called to the end', () => {
  for (let set = 1; set < 64; set++) {
    const poisoned = [0, 1, 2, 3, 4, 5].filter((n) => (set >> n) & 1);
    const { guilty, done } = isolate(6, poisoned, true);
    expect(guilty).toEqual(poisoned);
    expect(done).toEqual([0, 1, 2, 3, 4, 5].filter((n) => !poisoned.includes(n)));
  }
});

test('one that fails by name is guilty without being halved out', () => {
  const isolation = new Isolation(['a', 'b', 'c', 'd'], true);
  isolation.returned(['b']);
  isolation.threw();
  expect(isolation.next).toEqual(['c']);
  isolation.returned([]);
  isolation.threw();
  expect(isolation.guilty).toEqual(['b', 'd']);
});

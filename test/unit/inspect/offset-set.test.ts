import { expect, test } from 'vitest';
import { OffsetSet } from '../../../src/inspect/offset-set.js';

test('it holds what was added, once, however far apart', () => {
  const set = new OffsetSet();
  const offsets = [0, 1, 31, 32, 63, 1023, 1024, 2 ** 31, 2 ** 32 + 5, 2 ** 52 + 1];
  for (const offset of [...offsets, ...offsets]) set.add(offset);
  expect(set.size).toBe(offsets.length);
  expect(offsets.filter((offset) => !set.has(offset))).toEqual([]);
  expect([2, 30, 33, 62, 64, 1022, 1025, 2 ** 31 + 1, 2 ** 32 + 4, 5, 2 ** 52].filter((offset) => set.has(offset))).toEqual([]);
});

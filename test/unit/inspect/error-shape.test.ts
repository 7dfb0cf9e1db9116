import { expect, test } from 'vitest';
import { toShape } from '../../../src/inspect/error-shape.js';

test.for([
  ['Quake "us7000" has magnitude 4.5', 'Quake <text> has magnitude <n>'],
  ["connect ECONNREFUSED 10.0.0.17:5432 at '/srv/a'", 'connect ECONNREFUSED <n>:<n> at <text>'],
  ["Can't read 'mag' of 'quake'", "Can't read <text> of <text>"],
  ['job 550e8400-e29b-41d4-a716-446655440000 failed at 2026-11-27T10:00:00.123Z', 'job <uuid> failed at <time>'],
  ['object 5f2b6c0de4b0a1 and 0xBEEF', 'object <hex> and <hex>'],
  ['defaced facade', 'defaced facade'],
  ['first line 1\nsecond line', 'first line <n>'],
  ['', ''],
] as const)('%s', ([message, shape]) => {
  expect(toShape(message)).toBe(shape);
});

test('a shape is short, and a hostile message costs little', () => {
  expect(toShape('abc '.repeat(1_000))).toHaveLength(160);
  expect(toShape(`${'"'.repeat(1_000_001)}`).length).toBeLessThanOrEqual(160);
});

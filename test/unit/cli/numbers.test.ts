import { expect, test } from 'vitest';
import { formatCount, formatMillis, formatPlural, formatRate } from '../../../src/cli/numbers.js';

test('counts have thousands separators and their nouns a plural', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567');
  expect(formatPlural(1, 'line')).toBe('1 line');
  expect(formatPlural(2_000, 'line')).toBe('2,000 lines');
});

test('times are milliseconds up to a second, then seconds', () => {
  expect([0, 999, 1_000, 61_500, -5].map(formatMillis)).toEqual(['0 ms', '999 ms', '1.00 s', '61.50 s', '-5 ms']);
});

test('a rate needs time to have passed', () => {
  expect(formatRate(500, 250)).toBe('2,000/s');
  expect(formatRate(0, 0)).toBe('-');
});

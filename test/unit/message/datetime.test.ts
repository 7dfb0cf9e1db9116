import { expect, test } from 'vitest';
import { formatNow, parseMicros } from '../../../src/message/datetime.js';

test.each([
  ['1970-01-01T00:00:00Z', 0],
  ['1970-01-01T00:00:00.000001Z', 1],
  ['1970-01-01T00:00:00.1Z', 100_000],
  ['1970-01-01T00:00:00.1234567Z', 123_456],
  ['1970-01-01T13:00:01+13:00', 1_000_000],
  ['1969-12-31T20:30:00-03:30', 0],
  ['1970-01-01 00:00:00z', 0],
  ['2026-11-23T04:00:20.123456+00:00', 1_795_406_420_123_456],
])('%s is %i microseconds', (text, micros) => {
  expect(parseMicros(text)).toBe(micros);
});

test.each([[''], ['2026-11-23'], ['2026-11-23T04:00:20'], ['2026-11-23T04:00Z'], ['x2026-11-23T04:00:20Z'], ['2026-11-23T04:00:20+1300']])(
  '%j is not RFC 3339',
  (text) => {
    expect(parseMicros(text)).toBeUndefined();
  },
);

test('now is written in UTC with milliseconds and read back', () => {
  const now = formatNow();
  expect(now).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(parseMicros(now)).toBe(Date.parse(now) * 1000);
});

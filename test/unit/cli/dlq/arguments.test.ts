import { expect, test } from 'vitest';
import { onlyOne, toCutPoint, toFilter, toPosition, toRate, toTimeMs } from '../../../../src/cli/dlq/arguments.js';

const NOW = Date.parse('2026-11-27T12:00:00Z');
const time = (text: string) => toTimeMs('c', '--since', text, NOW);
const usage = (problem: string) => expect.objectContaining({ exitCode: 2, message: expect.stringContaining(problem) });

test('a time is RFC 3339, a date, or a while ago', () => {
  expect(time('2026-11-27T14:00:00+02:00')).toBe(NOW);
  expect(time('2026-11-27T11:59:59.5Z')).toBe(NOW - 500);
  expect(time('2026-11-27')).toBe(Date.parse('2026-11-27T00:00:00Z'));
  expect(['90s', '15m', '2h', '7d'].map(time).map((ms) => (NOW - ms) / 1_000)).toEqual([90, 900, 7_200, 604_800]);
});

test.for(['yesterday', '2026-11-27T14:00:00', '2026-11-27T14:00', '2026-13-01', '5', '-5m', '5w', '', '1'.repeat(10_000)])(
  'no time: %s',
  (text) => {
    expect(() => time(text)).toThrow(usage('--since must be a time'));
  },
);

test('a position names topic, partition and offset', () => {
  expect(toPosition('c', 'quakes.dlq:3:900719925474099')).toEqual({ topic: 'quakes.dlq', partition: 3, offset: 900719925474099 });
  for (const text of ['quakes.dlq', 'quakes.dlq:3', 'quakes.dlq:3:', ':3:4', 'q:3:-1', 'q:3:\x1b']) {
    expect(() => toPosition('c', text)).toThrow(usage('TOPIC:PARTITION:OFFSET'));
  }
});

test('filters are read once, with their times in milliseconds', () => {
  const values = { error: 'E', key: 'k', since: '1h', until: '2026-11-27', position: ['0:4', '1:5-9'] };
  expect(toFilter('c', values, NOW)).toEqual({
    error: 'E',
    key: 'k',
    sinceMs: NOW - 3_600_000,
    untilMs: Date.parse('2026-11-27T00:00:00Z'),
    positions: [
      { partition: 0, first: 4, last: 4 },
      { partition: 1, first: 5, last: 9 },
    ],
  });
  expect(toFilter('c', {}, NOW)).toEqual({});
  for (const text of ['4', '0:9-5', '0:-5', 'a:1', '0:1-']) {
    expect(() => toFilter('c', { position: [text] }, NOW)).toThrow(usage('--position must be'));
  }
});

test('a cut is a time for all partitions or an offset of one', () => {
  expect(toCutPoint('c', '2:40', NOW)).toEqual({ partition: 2, offset: 40 });
  expect(toCutPoint('c', '1d', NOW)).toEqual({ beforeMs: NOW - 86_400_000 });
  expect(() => toCutPoint('c', 'x', NOW)).toThrow(usage('--before must be a time'));
  // To a broker -1 is the end: everything would go.
  for (const text of ['1969-12-31T23:59:59.999Z', '1969-12-31', '999999999d']) {
    expect(() => toCutPoint('c', text, NOW)).toThrow(usage('--before must be a time after 1970'));
  }
});

test('a rate is more than nothing', () => {
  expect([undefined, '5', '0.5'].map((text) => toRate('c', text))).toEqual([undefined, 5, 0.5]);
  for (const text of ['0', '-1', 'fast', '1e9']) expect(() => toRate('c', text)).toThrow(usage('--rate must be'));
});

test('a command that takes one argument takes one', () => {
  expect(onlyOne('c', 'TOPIC', ['a'])).toBe('a');
  expect(() => onlyOne('c', 'TOPIC', [])).toThrow(usage('TOPIC is missing'));
  expect(() => onlyOne('c', 'TOPIC', ['a', 'b'])).toThrow(usage('got 2'));
});

import { expect, test } from 'vitest';
import { matches, narrow } from '../../../src/inspect/letter-filter.js';
import { FACTS, makeLetter } from './letters.js';

test('a filter by error sees name, message and shape', () => {
  const letter = makeLetter();
  for (const error of ['TypeError', 'no "x"', 'TypeError: no <text> in <n>', '']) expect(matches(letter, { error })).toBe(true);
  for (const error of ['RangeError', 'no "y"']) expect(matches(letter, { error })).toBe(false);
  expect(matches(makeLetter({ facts: null }), { error: '' })).toBe(false);
});

test('a filter by key means all of it, and no key is none', () => {
  expect(matches(makeLetter(), { key: 'id-1' })).toBe(true);
  expect(matches(makeLetter(), { key: 'id' })).toBe(false);
  expect(matches(makeLetter({ record: { key: null } }), { key: '' })).toBe(false);
  expect(matches(makeLetter({ record: { key: Buffer.alloc(0) } }), { key: '' })).toBe(true);
});

test('times are those of the last failure, else of the record; the end does not count', () => {
  const atMs = Date.parse(FACTS.lastFailure);
  expect(matches(makeLetter(), { sinceMs: atMs })).toBe(true);
  expect(matches(makeLetter(), { sinceMs: atMs + 1 })).toBe(false);
  expect(matches(makeLetter(), { untilMs: atMs + 1 })).toBe(true);
  expect(matches(makeLetter(), { untilMs: atMs })).toBe(false);
  expect(matches(makeLetter({ facts: null }), { sinceMs: 9, untilMs: 10 })).toBe(true);
  expect(matches(makeLetter({ facts: { lastFailure: 'soon' } }), { sinceMs: 10 })).toBe(false);
});

test('only the named positions are read, in order and none twice', () => {
  const range = { topic: 't', partition: 0, from: 10, until: 30 };
  expect(narrow([range], undefined)).toEqual([range]);
  expect(narrow([range], [])).toEqual([]);
  const positions = [
    { partition: 0, first: 20, last: 25 },
    { partition: 1, first: 0, last: 99 },
    { partition: 0, first: 0, last: 12 },
    { partition: 0, first: 12, last: 21 },
    { partition: 0, first: 29, last: 99 },
    { partition: 0, first: 30, last: 30 },
  ];
  expect(narrow([range], positions).map(({ from, until }) => [from, until])).toEqual([
    [10, 13],
    [13, 22],
    [22, 26],
    [29, 30],
  ]);
});

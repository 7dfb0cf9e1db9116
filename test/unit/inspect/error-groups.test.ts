import { expect, test } from 'vitest';
import type { DeadLetter } from '../../../src/inspect/dead-letter.js';
import { ErrorGroups, MAX_GROUPS } from '../../../src/inspect/error-groups.js';
import { collectGarbage } from '../../support/garbage.js';
import { FACTS, type LetterParts, makeLetter } from './letters.js';

const letter = (parts: LetterParts = {}) => makeLetter(parts) as DeadLetter & { readonly facts: typeof FACTS };

test('records that failed alike are one group, the largest first', () => {
  const groups = new ErrorGroups();
  groups.add(letter({ facts: { error: { name: 'RangeError', message: 'far' } } }), false);
  const from = (partition: number) => ({ from: { topic: 'quakes', partition, offset: 1 } });
  const time = (hour: number) => ({ firstFailure: `2026-11-27T0${hour}:00:00Z`, lastFailure: `2026-11-27T0${hour}:30:00Z` });
  const error = (n: number) => ({ error: { name: 'TypeError', message: `no "x${n}" in ${n}` } });
  groups.add(letter({ record: { partition: 2, offset: 7 }, facts: { ...from(3), ...time(5), ...error(1) } }), true);
  groups.add(letter({ record: { partition: 0, offset: 9 }, facts: { ...from(0), ...time(2), ...error(2) } }), false);
  groups.add(letter({ record: { partition: 2, offset: 8 }, facts: { ...from(1), ...time(4), ...error(3) } }), false);
  expect(groups.toList()).toMatchObject([
    {
      error: { name: 'TypeError', shape: 'no <text> in <n>' },
      records: 3,
      redriven: 1,
      firstFailure: '2026-11-27T02:00:00Z',
      lastFailure: '2026-11-27T05:30:00Z',
      sources: [{ topic: 'quakes', records: 3, firstPartition: 0, lastPartition: 3 }],
      positions: [
        { partition: 0, first: 9, last: 9 },
        { partition: 2, first: 7, last: 8 },
      ],
      example: { topic: 'quakes.dlq', partition: 2, offset: 7, message: 'no "x1" in 1' },
    },
    { error: { name: 'RangeError', shape: 'far' }, records: 1 },
  ]);
});

test('a time that is none does not count', () => {
  const groups = new ErrorGroups();
  groups.add(letter({ facts: { firstFailure: 'soon', lastFailure: '' } }), false);
  expect(groups.toList()).toMatchObject([{ firstFailure: null, lastFailure: null }]);
  groups.add(letter(), false);
  groups.add(letter({ facts: { firstFailure: 'soon', lastFailure: '' } }), false);
  expect(groups.toList()).toMatchObject([{ firstFailure: FACTS.firstFailure, lastFailure: FACTS.lastFailure }]);
});

test('what is kept of a record is short, and a copy: the record itself is let go', () => {
  const groups = new ErrorGroups();
  const long = (n: number): string => `${'abcdefghijklmnopqrstuvwxyz'[n]} `.repeat(200_000);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  // 32 MB, of which the last may be in somebody's hand still.
  for (let n = 0; n < 20; n++) {
    const time = `2026-11-27 (${long(n)})`;
    groups.add(letter({ facts: { error: { name: long(n), message: long(n) }, firstFailure: time, lastFailure: time } }), false);
  }
  collectGarbage();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000);
  const [group] = groups.toList();
  expect(group).toMatchObject({ firstFailure: null, lastFailure: null });
  expect(group?.error.name).toHaveLength(200);
  expect(group?.example.message).toHaveLength(500);
});

test('memory is bounded: kinds of errors beyond the limit are one group, and so are sources', () => {
  const groups = new ErrorGroups();
  // Words, because numbers are no difference.
  const word = (n: number): string => n.toString(2).replaceAll('0', 'o').replaceAll('1', 'i');
  for (let n = 0; n < MAX_GROUPS + 50; n++) {
    groups.add(letter({ facts: { error: { name: word(n), message: 'm' }, from: { topic: `t${n}`, partition: 0, offset: 0 } } }), false);
  }
  const list = groups.toList();
  expect(list).toHaveLength(MAX_GROUPS + 1);
  expect(list[0]).toMatchObject({ error: { shape: null }, records: 50 });
  for (let n = 0; n < 500; n++) groups.add(letter({ facts: { from: { topic: `t${n}`, partition: 0, offset: 0 } } }), false);
  expect(groups.toList()[0]?.sources.length).toBeLessThanOrEqual(100);
});

import { expect, test } from 'vitest';
import { renderListings } from '../../../../src/cli/dlq/list.js';
import { renderPlan } from '../../../../src/cli/dlq/purge.js';
import { renderOutcome } from '../../../../src/cli/dlq/redrive.js';
import { renderLetter } from '../../../../src/cli/dlq/show.js';
import type { ErrorGroup } from '../../../../src/inspect/error-groups.js';
import { makeLetter } from '../../inspect/letters.js';

const paint = (_style: string, text: string): string => text;
const example = { topic: 'quakes.dlq', partition: 0, offset: 7, message: 'm' };
const group: ErrorGroup = {
  error: { name: 'TypeError', shape: 'no <text>' },
  records: 1_200,
  redriven: 5,
  firstFailure: '2026-11-27T10:00:00Z',
  lastFailure: null,
  sources: ['a', 'b', 'c', 'd'].map((topic, n) => ({ topic, records: 1, firstPartition: 0, lastPartition: n })),
  positions: [],
  example,
};

test('a listing has a line for each kind of error, with an example to look at', () => {
  const unexplained = { records: 1, example };
  const lines = renderListings([{ topic: 'quakes.dlq', records: 1_201, redriven: 5, groups: [group], unexplained }], paint);
  expect(lines).toEqual([
    'quakes.dlq: 1,201 dead letters, 5 sent back already',
    expect.stringMatching(/^records +sent back +error +first failure +last failure +from +example$/),
    expect.stringMatching(/^ *1,200 +5 +TypeError: no <text> +2026-11-27T10:00:00Z +- +a:0, b:0-1, c:0-2, … +quakes.dlq:0:7$/),
    '1 record whose headers do not say where they came from, the first at quakes.dlq:0:7',
  ]);
  expect(renderListings([], paint)).toEqual(['There is no topic whose name ends in .dlq']);
});

test('a letter says why it is there, what is in it, and where it came from', () => {
  const letter = makeLetter({ headers: [['trace', Buffer.from('1')]] });
  const lineage = { topic: 'quakes', partition: 1, offset: 17, key: 'id-1', hist: null };
  const lines = renderLetter({ ...letter, isRedriven: true, lineage, unreadable: null }, paint);
  expect(lines[0]).toBe('quakes.dlq:0:4, sent back already');
  expect(lines).toEqual(
    expect.arrayContaining([
      'from       quakes:1:17',
      'by         ranker, group ranker, after 3 attempts',
      'error      TypeError: no "x" in 4',
      'key        id-1',
      'header     trace: 1',
      'v',
      'quakes:1:17  id-1  (no history)',
      'stack',
      'at x',
    ]),
  );
  expect(lines.join('\n')).not.toContain('dlq.topic');
});

test('a letter of somebody else says that it says nothing', () => {
  const letter = makeLetter({ facts: null, record: { value: null, timestampMs: -1 } });
  const lines = renderLetter({ ...letter, isRedriven: false, lineage: null, unreadable: null }, paint).join('\n');
  expect(lines).toContain('do not say where it came from');
  expect(lines).toContain('(null)');
  expect(lines).toContain('(a tombstone has no history)');
});

test('a time that no calendar has is shown as the number that it is', () => {
  const parked = (timestampMs: number) => {
    const letter = { ...makeLetter({ record: { timestampMs } }), isRedriven: false, lineage: null, unreadable: null };
    return renderLetter(letter, paint).find((line) => line.startsWith('parked'));
  };
  expect(parked(0)).toBe('parked     1970-01-01T00:00:00.000Z');
  expect(parked(8.64e15 + 1)).toBe('parked     8640000000000001 ms since 1970');
  expect(parked(-1)).toBe('parked     (no time)');
});

test('a redrive says what went where, and why the rest stays', () => {
  const staying = { redriven: 3, filtered: 0, unexplained: 0, notAllowed: 0, noTopic: 2, denied: 1, tooLarge: 0 };
  const outcome = { topic: 'q.dlq', messages: 1, targets: [{ topic: 'q', messages: 1 }], staying, refusedTopics: ['gone'] };
  expect(renderOutcome(outcome, true)).toEqual([
    'q.dlq: 1 message would be sent',
    '  1 to q',
    '  3 stay: sent back before',
    '  2 stay: the topic they should go to does not exist',
    '  1 stay: the topic they should go to may not be looked at: it needs an ACL for DESCRIBE',
    '  refused: gone',
  ]);
  expect(renderOutcome(outcome, false)[0]).toBe('q.dlq: 1 message sent');
});

test('a purge says that it takes the whole front', () => {
  const plan = {
    topic: 'q.dlq',
    records: 5,
    notRedriven: 2,
    partitions: [{ partition: 1, from: 3, until: 9, records: 5, notRedriven: 2 }],
  };
  expect(renderPlan(plan, false)).toEqual([
    'q.dlq: 5 dead letters, 2 of them never sent back, would be deleted: the front of each partition, all of it',
    expect.stringContaining('partition'),
    expect.stringMatching(/^ +1 +3 +9 +5 +2$/),
    'Nothing was deleted: repeat the command with --yes to do it',
  ]);
  expect(renderPlan(plan, true)).toHaveLength(3);
  expect(renderPlan({ ...plan, partitions: [] }, false)).toEqual(['q.dlq: nothing lies before that']);
});

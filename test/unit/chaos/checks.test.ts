/** The checks of the chaos suite: a seed that went well has no findings, and each thing that must not be is found, by the check that is there for it. */
import { expect, test } from 'vitest';
import { checkAll } from '../../chaos/checks/all.mjs';
import { evidence, goodCommits, goodLines, record, rows, type Spoiled, spoil, TP } from './evidence.js';

const findingsOf = (spoiled: Spoiled) => checkAll(evidence(spoiled)).findings.map(({ check, text }) => `${check}: ${text}`);

test('nothing is found where all is well', () => {
  expect(findingsOf({})).toEqual([]);
  expect(checkAll(evidence()).counts).toMatchObject({ acked: 6, handled: 6, repeats: 0, hardEnds: 0, ownerships: 2, settledMs: 5 });
});

const beyond = { k: 'acked', m: 'p1', rows: [['p1.0.6', TP, 6, 'message']] };
const again = [
  { k: 'begun', m: 'c2', call: 0, attempt: 1, rows: rows(1, 2, 3) },
  { k: 'handled', m: 'c2', call: 0 },
  { k: 'begun', m: 'c2', call: 1, attempt: 1, rows: rows(1, 4, 5) },
];

const CASES: readonly [name: string, spoiled: Spoiled, found: RegExp][] = [
  [
    'a message that nobody handled',
    {
      lines: [beyond, ...goodLines()],
      records: [0, 1, 2, 3, 4, 5, 6].map(record),
      commits: [...goodCommits(), { tp: TP, offset: 7, atMs: 150 }],
    },
    /^handled: 1 acknowledged records .* p1\.0\.6/,
  ],
  ['a message whose call threw', { lines: spoil({ 10: [{ k: 'threw', m: 'c2', call: 0 }] }) }, /^handled: 2 /],
  [
    'a message that its handler reported as failed',
    { lines: spoil({ 10: [{ k: 'handled', m: 'c2', call: 0, failed: [`${TP}:5`] }] }) },
    /^handled: 1 .*p1\.0\.5/,
  ],
  [
    'a commit before its messages are handled',
    { commits: [{ tp: TP, offset: 2, atMs: 20 }, ...goodCommits().slice(1)] },
    /^committed: 2 .*handled 10 ms later/,
  ],
  [
    'a commit that goes back',
    { commits: [...goodCommits(), { tp: TP, offset: 4, atMs: 120 }, { tp: TP, offset: 6, atMs: 130 }] },
    /^committed: .*went back 1 times: t:0 from 6 to 4/,
  ],
  [
    'a commit that was told and not stored',
    { lines: spoil({ 6: [{ k: 'committed', m: 'c1', ps: [[TP, 7]] }] }) },
    /^committed: 1 commits were told/,
  ],
  [
    'rows left out',
    { lines: spoil({ 4: [{ k: 'begun', m: 'c1', call: 1, attempt: 1, rows: rows(1, 3) }] }) },
    /^epochs: .*2 to 2 left out/,
  ],
  [
    'rows in another order',
    { lines: spoil({ 4: [{ k: 'begun', m: 'c1', call: 1, attempt: 1, rows: rows(1, 3, 2) }] }) },
    /^order: .*2 after 3/,
  ],
  [
    'rows of a partition that is not owned',
    { lines: spoil({ 9: [{ k: 'begun', m: 'c2', call: 0, attempt: 1, rows: rows(0, 4, 5) }] }) },
    /^epochs: .*not owned/,
  ],
  [
    'an ownership that begins before the committed position',
    { lines: spoil({ 9: again, 10: [{ k: 'handled', m: 'c2', call: 1 }] }) },
    /^epochs: .*at 2, but 4 was committed/,
  ],
  [
    'an ownership that does not begin where a seek led',
    {
      lines: spoil({
        8: [
          { k: 'assigned', m: 'c2', ps: [[TP, 1]] },
          { k: 'seek', m: 'c2', tp: TP, to: 3, epoch: 2 },
        ],
        9: [{ k: 'begun', m: 'c2', call: 0, attempt: 1, rows: rows(2, 4, 5) }],
      }),
    },
    /^epochs: .*after a seek to 3/,
  ],
  [
    'two members with one partition at once',
    {
      lines: spoil({
        7: [],
        11: [
          { k: 'committed', m: 'c2', ps: [[TP, 6]] },
          { k: 'revoked', m: 'c1', ps: [TP], lost: false, drained: true },
        ],
        5: [],
        10: [
          { k: 'handled', m: 'c1', call: 1 },
          { k: 'handled', m: 'c2', call: 0 },
        ],
      }),
    },
    /^owners: .*two members at the same time/,
  ],
  [
    'a partition given away as drained while a call has it',
    {
      lines: spoil({
        5: [],
        7: [
          { k: 'revoked', m: 'c1', ps: [TP], lost: false, drained: true },
          { k: 'handled', m: 'c1', call: 1 },
        ],
      }),
    },
    /^owners: .*given away as drained/,
  ],
  [
    'a call that begins after its partition is gone',
    {
      lines: spoil({
        4: [
          { k: 'revoked', m: 'c1', ps: [TP], lost: false, drained: true },
          { k: 'begun', m: 'c1', call: 1, attempt: 1, rows: rows(1, 2, 3) },
        ],
        7: [],
      }),
    },
    /^owners: .*began after their partition/,
  ],
  [
    'calls of one partition at once',
    {
      lines: spoil({
        3: [],
        4: [
          { k: 'begun', m: 'c1', call: 1, attempt: 1, rows: rows(1, 2, 3) },
          { k: 'handled', m: 'c1', call: 0 },
        ],
      }),
    },
    /^order: .*began while/,
  ],
  ['a message that is not where it was acknowledged', { records: [0, 1, 2, 3, 4].map(record) }, /^produced: 1 acknowledged/],
  [
    'a message that is in the log twice',
    { records: [...[0, 1, 2, 3, 4, 5].map(record), { ...record(6), u: 'p1.0.5' }] },
    /^produced: 1 messages are in the log more than once/,
  ],
  [
    "a message that failed with persisted 'no' and is there",
    { lines: [...goodLines(), { k: 'failed', m: 'p1', rows: [['p1.0.3', 'no', '_MSG_TIMED_OUT']] }] },
    /^produced: .*persisted: 'no'/,
  ],
  [
    'messages in another order than they were sent',
    { records: [0, 1, 2, 3, 4, 5].map((offset) => ({ ...record(offset), u: `p1.0.${[0, 2, 1, 3, 4, 5][offset]}` })) },
    /^produced: .*another order/,
  ],
  [
    'more repeats than hard ends allow',
    { lines: spoil({ 6: [], 9: again, 10: [{ k: 'handled', m: 'c2', call: 1 }] }) },
    /^repeats: 2 messages .*allow 0/,
  ],
  [
    'a group that does not reach the end',
    { lines: spoil({ 12: [{ k: 'unsettled', m: 'run', open: 3, withinMs: 60_000 }] }) },
    /^ends: 3 messages were still open/,
  ],
  ['a position that is not committed in the end', { commits: goodCommits().slice(0, 2) }, /^ends: t:0 is committed to 4, its end is 6/],
  [
    'a process that does not end',
    { lines: [...goodLines(), { k: 'hung', m: 'run', who: 'c1', of: 0, withinMs: 1 }] },
    /^ends: c1\.0 did not end/,
  ],
  [
    'a process that ends badly',
    { lines: spoil({ 14: [{ k: 'exit', m: 'run', who: 'c2', of: 0, code: 1, signal: null }] }) },
    /^ends: c2\.0 ended with code 1/,
  ],
  [
    'process rejects for no reason of the handler',
    { lines: [...goodLines(), { k: 'rejected', m: 'c1', code: 'KAFKA_FATAL', message: 'x' }] },
    /^ends: c1\.0: process rejected/,
  ],
];

test.for(CASES)('found: %s', ([, spoiled, found]) => {
  expect(findingsOf(spoiled)).toContainEqual(expect.stringMatching(found));
});

test('a first start does not explain that the committed position goes back, and a seek explains it once', () => {
  const back = [...goodCommits(), { tp: TP, offset: 4, atMs: 120 }, { tp: TP, offset: 6, atMs: 130 }];
  const start = { k: 'reset', m: 'c1', tp: TP, from: null, to: 0, reason: 'first-start' };
  expect(findingsOf({ lines: [...goodLines(), start], commits: back })).toContainEqual(expect.stringMatching(/went back 1 times/));
  const seek = { k: 'seek', m: 'c2', tp: TP, to: 4, epoch: 2, t: 100 };
  const twice = [...back, { tp: TP, offset: 4, atMs: 140 }, { tp: TP, offset: 6, atMs: 150 }];
  expect(findingsOf({ lines: [...goodLines(), seek], commits: twice })).toContainEqual(expect.stringMatching(/went back 1 times/));
});

test('a commit without an answer that the broker carries out late explains a step back to it, and to nothing else', () => {
  const back = (offset: number) => [...goodCommits(), { tp: TP, offset, atMs: 120 }, { tp: TP, offset: 6, atMs: 130 }];
  const late = { k: 'commit-retried', m: 'c2', tp: TP, offset: 5, error: '_TIMED_OUT', t: 110 };
  expect(findingsOf({ lines: [...goodLines(), late], commits: back(5) })).toEqual([]);
  for (const [told, offset] of [
    [late, 4],
    [{ ...late, error: 'REBALANCE_IN_PROGRESS' }, 5],
  ] as const)
    expect(findingsOf({ lines: [...goodLines(), told], commits: back(offset) })).toContainEqual(expect.stringMatching(/went back 1 times/));
});

const EXCUSED: readonly [name: string, spoiled: Spoiled][] = [
  [
    'a hard end repeats what was not committed',
    {
      lines: spoil({
        6: [],
        7: [
          { k: 'signal', m: 'run', who: 'c1', of: 0, signal: 'SIGKILL' },
          { k: 'exit', m: 'run', who: 'c1', of: 0, code: null, signal: 'SIGKILL' },
        ],
        9: again,
        10: [{ k: 'handled', m: 'c2', call: 1 }],
        13: [],
      }),
      commits: [
        { tp: TP, offset: 2, atMs: 40 },
        { tp: TP, offset: 6, atMs: 200 },
      ],
    },
  ],
  [
    'what a reset passed over',
    {
      lines: spoil({ 4: [{ k: 'reset', m: 'c1', tp: TP, from: 2, to: 4, reason: 'out-of-range' }], 5: [], 6: [] }),
      commits: [
        { tp: TP, offset: 2, atMs: 40 },
        { tp: TP, offset: 6, atMs: 110 },
      ],
    },
  ],
  [
    'a seek to what is gone by then',
    {
      lines: spoil({
        8: [
          { k: 'assigned', m: 'c2', ps: [[TP, 1]] },
          { k: 'seek', m: 'c2', tp: TP, to: 3, epoch: 2 },
          { k: 'reset', m: 'c2', tp: TP, from: 3, to: 4, reason: 'out-of-range' },
        ],
        9: [{ k: 'begun', m: 'c2', call: 0, attempt: 1, rows: rows(2, 4, 5) }],
      }),
      commits: [...goodCommits().slice(0, 2), { tp: TP, offset: 6, atMs: 130 }],
    },
  ],
  [
    'a tombstone, which no handler sees',
    {
      lines: spoil({
        0: [{ k: 'acked', m: 'p1', rows: [0, 1, 2, 4, 5].map((o) => [`p1.0.${o}`, TP, o, 'message']) }],
        4: [{ k: 'begun', m: 'c1', call: 1, attempt: 1, rows: rows(1, 2) }],
      }),
      records: [0, 1, 2, 3, 4, 5].map((o) => (o === 3 ? { offset: 3, key: 'k', u: null, kind: 'tombstone' } : record(o))),
    },
  ],
  [
    'a stale owner that stood still',
    {
      lines: spoil({
        5: [{ k: 'signal', m: 'run', who: 'c1', of: 0, signal: 'SIGSTOP' }],
        6: [],
        7: [],
        10: [
          { k: 'signal', m: 'run', who: 'c1', of: 0, signal: 'SIGCONT' },
          { k: 'handled', m: 'c1', call: 1 },
          { k: 'handled', m: 'c2', call: 0 },
          { k: 'revoked', m: 'c1', ps: [TP], lost: true, drained: false },
        ],
      }),
      commits: [
        { tp: TP, offset: 2, atMs: 40 },
        { tp: TP, offset: 6, atMs: 110 },
      ],
    },
  ],
];

const unreleased = { k: 'rejected', m: 'c1', code: 'KAFKA', kafka: 'UNRELEASED_INSTANCE_ID', message: 'x' };
const REFUSED: readonly [name: string, spoiled: Spoiled, found: number][] = [
  ['without a reason', { plan: { isStatic: true }, lines: [...goodLines(), unreleased] }, 1],
  [
    'not a static member, while a broker is away',
    { lines: [...goodLines(), { k: 'fault', m: 'run', lane: 'cluster', phase: 'begins' }, unreleased] },
    1,
  ],
  [
    'while a broker is away',
    { plan: { isStatic: true }, lines: [...goodLines(), { k: 'fault', m: 'run', lane: 'cluster', phase: 'begins' }, unreleased] },
    0,
  ],
];

test.for(REFUSED)('a static member that is refused: %s', ([, spoiled, found]) => {
  expect(findingsOf(spoiled).filter((text) => text.startsWith('ends: c1.0: process rejected'))).toHaveLength(found);
});

test('after a record was given up that may have been written, its producer may have written others twice', () => {
  const failed = { k: 'failed', m: 'p1', rows: [['p1.0.9', 'possibly', '_MSG_TIMED_OUT']] };
  const records = [...[0, 1, 2, 3, 4, 5].map(record), { ...record(6), u: 'p1.0.5' }];
  const found = findingsOf({ lines: [...goodLines(), failed], records });
  expect(found.filter((text) => text.startsWith('produced'))).toEqual([]);
});

test.for(EXCUSED)('excused: %s', ([, spoiled]) => {
  expect(findingsOf(spoiled)).toEqual([]);
});

test.for([
  ['eager', 'SIGKILL', 0],
  ['cooperative', 'SIGSTOP', 0],
  ['eager', 'SIGTERM', 1],
  ['consumer', 'SIGKILL', 1],
] as const)('a drain that passes while the group may wait for another member: %s, %s', ([protocol, signal, found]) => {
  const away = { k: 'signal', m: 'run', who: 'c3', of: 0, signal };
  const late = { k: 'rejected', m: 'c1', code: 'TIMEOUT_DRAIN', message: 'x' };
  const findings = findingsOf({ lines: [away, ...goodLines(), late], plan: { protocol } });
  expect(findings.filter((text) => text.startsWith('ends: c1.0: process rejected'))).toHaveLength(found);
});

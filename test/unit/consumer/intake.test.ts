/** Rows become entries by partition: what is handled, what is parked, what follows another, and where each partition goes on. */
import { expect, test } from 'vitest';
import { type Intake, type IntakeOptions, takeIn } from '../../../src/consumer/intake.js';
import { BatchView } from '../../../src/engine/batch-view.js';
import { FAULT } from '../../../src/engine/native.js';
import { type FakeRow, fakeBatch } from '../engine/fakes.js';

const faults: unknown[] = [];
const OPTIONS: IntakeOptions = {
  latestOnly: false,
  tombstones: 'skip',
  onInvalid: 'dead-letter',
  inputSchemas: undefined,
  onFault: (error) => faults.push(error),
  topicName: () => 't',
};
const take = (rows: readonly FakeRow[], options: Partial<IntakeOptions> = {}): Intake<unknown> => {
  const sound = rows.map((row) => ({ item: '1', ...row }));
  const intake = takeIn(new BatchView(fakeBatch(sound, 9)), { ...OPTIONS, ...options });
  if (intake instanceof Promise) throw new Error('nothing was there to be waited for');
  return intake;
};
const offsets = (entries: readonly { readonly offset: number }[]): readonly number[] => entries.map(({ offset }) => offset);

test('a share per partition, with all its rows in order and where it goes on', () => {
  const { batchId, shares } = take([
    { partition: 1, offset: 5, epoch: 3, leaderEpoch: 8 },
    { partition: 0, offset: 2 },
    { partition: 1, offset: 7, epoch: 3, leaderEpoch: 9 },
  ]);
  expect(batchId).toBe(9);
  expect(shares).toHaveLength(2);
  expect(shares[0]).toMatchObject({ partition: 1, epoch: 3, first: 5, next: 8, leaderEpoch: 9, stopped: false });
  expect(offsets(shares[0]?.handle ?? [])).toEqual([5, 7]);
  // Nobody judges the payloads: they are read when their calls come.
  expect(shares[0]?.entries.map(({ message }) => message)).toEqual([undefined, undefined]);
});

test('tombstones are passed over; a share of them alone has no entries', () => {
  const { shares, tombstones } = take([
    { offset: 0, tombstone: true },
    { offset: 1, tombstone: true },
  ]);
  expect(tombstones).toBe(2);
  expect(shares[0]).toMatchObject({ entries: [], first: 0, next: 2 });
});

test.for([
  ['dead-letter', { entries: [0, 1, 2], handle: [0, 2], park: [1], next: 3, invalid: 0 }],
  ['skip', { entries: [0, 2], handle: [0, 2], park: [], next: 3, invalid: 1 }],
  ['stop', { entries: [0], handle: [0], park: [], next: 1, invalid: 0 }],
] as const)('a row that cannot be read, onInvalid %s', ([onInvalid, expected]) => {
  const { shares, invalid, faults: found } = take([{ offset: 0 }, { offset: 1, fault: FAULT.notJson }, { offset: 2 }], { onInvalid });
  const [share] = shares;
  expect({
    entries: offsets(share?.entries ?? []),
    handle: offsets(share?.handle ?? []),
    park: offsets(share?.park ?? []),
    next: share?.next,
    invalid,
  }).toEqual(expected);
  expect(found[0]?.position?.offset).toBe(onInvalid === 'stop' ? 1 : undefined);
  if (onInvalid === 'dead-letter') expect(share?.park[0]?.failure?.error.code).toBe('PAYLOAD_NOT_JSON');
});

test('latestOnly: a message that was replaced is done when the one that replaced it is', () => {
  const keys = ['a', 'b', 'a', null, 'a', null];
  const { shares, superseded } = take(
    keys.map((key, offset) => ({ key, offset })),
    { latestOnly: true },
  );
  const [share] = shares;
  expect(superseded).toBe(2);
  expect(offsets(share?.entries ?? [])).toEqual([0, 1, 2, 3, 4, 5]);
  expect(offsets(share?.handle ?? [])).toEqual([1, 3, 4, 5]);
  share?.handle[2]?.markDone();
  expect(share?.entries.map(({ done }) => done)).toEqual([true, false, true, false, true, false]);
});

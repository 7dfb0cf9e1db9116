/** The partitions of a member: held until their start is committed, paused ones longer, seeks kept for those that are not ours yet. */
import { expect, test } from 'vitest';
import { Assignment } from '../../../src/consumer/assignment.js';
import type { NativePartition } from '../../../src/engine/native.js';

const TOPICS = ['t', 'u'];

function setUp() {
  const calls: unknown[] = [];
  const left: number[] = [];
  const log =
    (name: string) =>
    (rows: Float64Array): void => {
      if (rows.length > 0) calls.push([name, ...rows]);
    };
  const handle = {
    assign: (question: number, rows: Float64Array) => void calls.push(['assign', question, ...rows]),
    hold: log('hold'),
    release: log('release'),
    seek: (rows: Float64Array) => {
      log('seek')(rows);
      return left;
    },
    topicId: (name: string) => TOPICS.indexOf(name),
  };
  return { assignment: new Assignment(() => handle), calls, left };
}

const own = (partition: number, epoch = 1): NativePartition => ({ topic: 't', topicId: 0, partition, epoch });
const at = (partition: number, offset: number) => ({ topic: 't', partition, offset });
const first = (partition: number, to: number) => ({ ...at(partition, to), from: null, to, count: 0, reason: 'first-start' as const });
const none = { starts: [], resets: [] };

test('the engine hears where partitions start, and only decided starts are committed, once', () => {
  const { assignment, calls } = setUp();
  assignment.answer(6, [own(0, 0), own(1, 0)], { starts: [at(0, 5), at(1, 9)], resets: [first(1, 9)] });
  expect(calls).toEqual([['assign', 6, 0, 0, 5, 0, 1, 9]]);
  expect([...assignment.add([own(0, 7), own(1, 8)], true)]).toEqual([0, 1, 9, 8, -1]);
  expect([...assignment.add([own(0, 7), own(1, 8)], true)]).toEqual([]);
  expect(assignment.partitions).toEqual([
    { topic: 't', partition: 0 },
    { topic: 't', partition: 1 },
  ]);
  expect([assignment.owns(at(0, 0)), assignment.owns(at(2, 0))]).toEqual([true, false]);
});

test('a paused partition is not released with the others; resume releases it', () => {
  const { assignment, calls } = setUp();
  assignment.pause([at(1, 0)]);
  assignment.add([own(0), own(1)], true);
  assignment.release([own(0), own(1)]);
  assignment.resume([at(1, 0)]);
  expect(calls).toEqual([
    ['hold', 0, 1],
    ['release', 0, 0],
    ['release', 0, 1],
  ]);
});

test('resume does not let a partition out whose start is not committed yet', () => {
  const { assignment, calls } = setUp();
  assignment.add([own(0)], true);
  assignment.resume([at(0, 0)]);
  expect(calls).toEqual([]);
  assignment.release([own(0)]);
  expect(calls).toEqual([['release', 0, 0]]);
});

test('a seek that was told with an answer that the engine did without is made once the partition has begun', () => {
  const { assignment, calls } = setUp();
  assignment.seek([at(0, 5), at(1, 7)]);
  assignment.answer(6, [own(0, 0), own(1, 0)], none);
  // Revoked before the answer came: nothing of it counts, and the first of the two is back a moment later.
  assignment.add([own(0, 1), own(1, 1)], false);
  assignment.remove([own(0, 1), own(1, 1)]);
  assignment.add([own(0, 2)], false);
  assignment.release([own(0, 2)]);
  expect(calls.slice(1)).toEqual([
    ['seek', 0, 0, 5],
    ['release', 0, 0],
  ]);
});

test('a release that comes late, for an ownership that is over, lets nothing out', () => {
  const { assignment, calls } = setUp();
  assignment.add([own(0, 1)], true);
  assignment.remove([own(0, 1)]);
  assignment.release([own(0, 1)]);
  assignment.add([own(0, 2)], true);
  assignment.release([own(0, 1)]);
  expect(calls).toEqual([]);
});

test('a seek waits for the assignment, wins over the decided start, and is what is remembered', () => {
  const { assignment, calls } = setUp();
  assignment.seek([at(0, 42)]);
  expect(calls).toEqual([]);
  assignment.answer(6, [own(0, 0)], { starts: [at(0, 9)], resets: [first(0, 9)] });
  expect(calls).toEqual([['assign', 6, 0, 0, 42]]);
  expect([...assignment.add([own(0, 3)], true)]).toEqual([0, 0, 42, 3, -1]);
});

test('a seek between the answer and the assignment, or before the start is committed, is done after it', () => {
  for (const whenAdded of [false, true]) {
    const { assignment, calls } = setUp();
    assignment.answer(6, [own(0, 0)], none);
    if (!whenAdded) assignment.seek([at(0, 42)]);
    assignment.add([own(0, 3)], true);
    if (whenAdded) assignment.seek([at(0, 42)]);
    assignment.release([own(0, 3)]);
    expect(calls.slice(1)).toEqual([
      ['seek', 0, 0, 42],
      ['release', 0, 0],
    ]);
  }
});

test('a seek of an owned partition goes to the engine at once', () => {
  const { assignment, calls } = setUp();
  assignment.add([own(0)], true);
  assignment.release([own(0)]);
  assignment.seek([at(0, 4), at(1, 5)]);
  expect(calls.at(-1)).toEqual(['seek', 0, 0, 4]);
});

test('a start that was decided too late is not committed, neither then nor later', () => {
  const { assignment } = setUp();
  assignment.answer(6, [own(0, 0)], { starts: [at(0, 9)], resets: [first(0, 9)] });
  expect([...assignment.add([own(0, 3)], false)]).toEqual([]);
  assignment.remove([own(0, 3)]);
  expect([...assignment.add([own(0, 4)], true)]).toEqual([]);
});

test('held for a failure and paused by the user do not undo each other; what is lost is held no more', () => {
  const { assignment, calls } = setUp();
  assignment.add([own(0)], true);
  assignment.release([own(0)]);
  assignment.hold(at(0, 0));
  assignment.pause([at(0, 0)]);
  assignment.resume([at(0, 0)]);
  expect(calls).toEqual([
    ['release', 0, 0],
    ['hold', 0, 0],
    ['hold', 0, 0],
  ]);
  assignment.pause([at(0, 0)]);
  assignment.free(at(0, 0));
  expect(calls.at(-1)).toEqual(['hold', 0, 0]);
  assignment.resume([at(0, 0)]);
  expect(calls.at(-1)).toEqual(['release', 0, 0]);
  assignment.hold(at(0, 0));
  assignment.remove([at(0, 0)]);
  assignment.add([own(0, 2)], true);
  assignment.release([own(0, 2)]);
  expect(calls.at(-1)).toEqual(['release', 0, 0]);
});

test('a seek of a partition that is being given away is kept for when it is back', () => {
  const { assignment, calls, left } = setUp();
  assignment.add([own(0), own(1)], true);
  assignment.release([own(0), own(1)]);
  calls.length = 0;
  left.push(1);
  assignment.seek([at(0, 4), at(1, 5)]);
  assignment.remove([at(1, 0)]);
  assignment.answer(2, [own(1, 0)], none);
  expect(calls).toEqual([
    ['seek', 0, 0, 4, 0, 1, 5],
    ['assign', 2, 0, 1, 5],
  ]);
});

test('what is not ours, or not yet, is not released by resume', () => {
  const { assignment, calls } = setUp();
  assignment.pause([at(0, 0)]);
  calls.length = 0;
  assignment.resume([at(0, 0)]);
  expect(calls).toEqual([]);
});

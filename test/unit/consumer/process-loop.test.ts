/** The plain loop against an engine under the test's hand: what it may hand out and commit when partitions leave at an awkward moment. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { FAULT } from '../../../src/engine/native.js';
import { gate, within } from '../../support/consuming.js';
import { fakeBatch } from '../engine/fakes.js';
import { batchOf, type HandlerOf, slowFrom, start } from './world.js';

const throwsWhenLost: HandlerOf = async (_, { signal }) => {
  await once(signal, 'abort');
  throw new Error('aborted');
};

/** Partition 0 has a message, partition 1 one that cannot be read and another behind it. */
const faulty = fakeBatch(
  [
    { partition: 0, offset: 0, item: '0' },
    { partition: 1, offset: 5, item: '5', fault: FAULT.notJson },
    { partition: 1, offset: 6, item: '6' },
  ],
  1,
);

test('a call that lost everything does not hide the fault of a partition that is still ours', async () => {
  const world = start(throwsWhenLost);
  await world.give(faulty);
  await world.leave(0, true);
  await expect(within(5_000, world.processed)).rejects.toMatchObject({ code: 'PAYLOAD_NOT_JSON', position: { partition: 1, offset: 5 } });
  // Exactly the fault, and nothing of what was lost.
  expect(world.committed).toEqual(['1:5']);
});

/** Partitions 0 and 1 begin with what cannot be read; partition 2 has a message. */
const twoFaults = fakeBatch(
  [
    { partition: 0, offset: 0, item: '0', fault: FAULT.notJson },
    { partition: 1, offset: 5, item: '5', fault: FAULT.notJson },
    { partition: 1, offset: 6, item: '6' },
    { partition: 2, offset: 9, item: '9' },
  ],
  1,
);
const OURS = { code: 'PAYLOAD_NOT_JSON', position: { partition: 1, offset: 5 } };

test('of two faults the one of the partition that is still ours ends the run: after a lost call', async () => {
  const world = start(throwsWhenLost);
  world.regain(2);
  await world.give(twoFaults);
  await world.leave(0, true);
  await world.leave(2, true);
  await expect(within(5_000, world.processed)).rejects.toMatchObject(OURS);
  expect(world.committed).toEqual(['1:5']);
});

test.for([
  ['in the plain loop', {}],
  ['with concurrency', { concurrency: 2 }],
] as const)(
  'of two faults the one of the partition that is still ours ends the run: after a schema that took its time, %s',
  async ([, options]) => {
    const { inputTopics, open } = slowFrom(9);
    const world = start(() => undefined, { ...options, inputTopics });
    world.regain(2);
    await world.give(twoFaults);
    await world.leave(0);
    open();
    await expect(within(5_000, world.processed)).rejects.toMatchObject(OURS);
    expect([world.handled, world.committed.toSorted()]).toEqual([['2:9'], 'concurrency' in options ? ['2:10'] : ['1:5', '2:10']]);
  },
);

test('the fault of a partition that is lost as well is for its new owner', async () => {
  const world = start(throwsWhenLost);
  await world.give(faulty);
  await world.leave(1, true);
  await world.leave(0, true);
  await world.stop();
  expect(world.committed).toEqual([]);
});

test.for(['is lost', 'is asked back', 'is sought'] as const)(
  'what %s while an asynchronous schema judges it is not handed out',
  async (how) => {
    const { inputTopics, open } = slowFrom(4);
    const world = start(() => undefined, { inputTopics });
    await world.give(
      fakeBatch(
        [
          { partition: 0, offset: 4, item: '4' },
          { partition: 1, offset: 7, item: '7' },
        ],
        1,
      ),
    );
    if (how === 'is sought') world.run.seek([{ topic: 't', partition: 0, offset: 2 }]);
    else await world.leave(0, how === 'is lost');
    open();
    await world.settle();
    expect([world.handled, world.committed]).toEqual([['1:7'], ['1:8']]);
    expect(world.run.positions.find(({ partition }) => partition === 0)?.offset).toBe(how === 'is sought' ? 2 : undefined);
    expect(world.done).toEqual(['1:0', '1']);
    await world.stop();
  },
);

test('a partition that comes back has no position until something of it is handed out', async () => {
  const world = start(() => undefined);
  await world.give(batchOf(1, { count: 2 }));
  expect(world.run.positions).toEqual([{ topic: 't', partition: 0, offset: 2 }]);
  await world.leave(0, true);
  world.regain(0);
  expect(world.run.positions).toEqual([]);
  await world.stop();
});

test('a stop while a schema judges: nothing is handed out', async () => {
  const { inputTopics, open } = slowFrom(0);
  const { opened, open: end } = gate();
  const world = start(() => opened, { inputTopics });
  await world.give(batchOf(1, {}));
  world.run.requestStop();
  open();
  end();
  await within(5_000, world.processed);
  expect([world.handled, world.committed]).toEqual([[], []]);
});

test.for([
  ['given away', 'leave', {}],
  ['given away, with retry', 'leave', { retry: { attempts: 2 } }],
  ['sought past', 'seek', {}],
  ['sought past, with retry', 'seek', { retry: { attempts: 2 } }],
] as const)('a fault whose partition was %s while the handler ran ends nothing', async ([, how, options]) => {
  const { opened, open } = gate();
  const world = start(() => opened, options);
  await world.give(faulty);
  if (how === 'leave') await world.leave(1, true);
  else world.run.seek([{ topic: 't', partition: 1, offset: 6 }]);
  open();
  await world.settle();
  expect([world.handled, world.run.isStopping]).toEqual([['0:0'], false]);
  await world.stop();
});

test.for([
  ['plainly', {}],
  ['with retry', { retry: { attempts: 2 } }],
] as const)('while schemas judge, the batch counts as being handled, for the watch over handlers that hang: %s', async ([, options]) => {
  const { inputTopics, open } = slowFrom(0);
  const world = start(() => undefined, { ...options, inputTopics });
  await world.give(batchOf(1, {}));
  expect(world.ended).toEqual([]);
  open();
  await world.settle();
  expect(world.ended).toEqual([1]);
  await world.stop();
});

/** The batches() loop against an engine under the test's hand. */
import { expect, test } from 'vitest';
import { type Batch, iterateBatches } from '../../../src/consumer/batch.js';
import { gate, within } from '../../support/consuming.js';
import { fakeBatch } from '../engine/fakes.js';
import { batchOf, openWorld } from './world.js';

function loop(body: (batch: Batch, number: number) => Promise<unknown>, options: object = {}) {
  const world = openWorld(options);
  let closes = 0;
  const { membership } = world.run;
  membership.close = async () => void closes++;
  let tracked: Promise<void> | undefined;
  const track = (ended: Promise<void>): Promise<void> => {
    tracked = ended;
    return ended;
  };
  const ended = (async () => {
    let number = 0;
    for await (const batch of iterateBatches(world.run, track)) await body(batch, ++number);
  })();
  ended.catch(() => undefined);
  return { ...world, membership, ended, tracked: () => tracked as Promise<void>, closes: () => closes };
}

test('a body that outlives the drain: the farewell does not wait for its batch, and is said once', async () => {
  const { opened, open } = gate();
  const world = loop(() => opened, { drainTimeoutMs: 20 });
  await world.settle();
  await world.give(batchOf(7, {}));
  world.run.requestStop();
  await expect(within(5_000, world.tracked())).rejects.toMatchObject({ code: 'TIMEOUT_DRAIN' });
  expect([world.abandoned, world.closes()]).toEqual([[7], 1]);
  open();
  await expect(within(5_000, world.ended)).rejects.toMatchObject({ code: 'TIMEOUT_DRAIN' });
  expect(world.closes()).toBe(1);
});

test('a batch that is committed after a later one does not take the group back', async () => {
  const batches: Batch[] = [];
  const world = loop(async (batch, number) => {
    batches.push(batch);
    if (number === 2) {
      await batches[1]?.commit();
      await batches[0]?.commit();
      world.run.requestStop();
    }
  });
  await world.settle();
  await world.give(batchOf(1, {}), batchOf(2, { from: 1 }));
  await within(5_000, world.ended);
  expect(world.committed).toEqual(['0:2']);
});

test('what the farewell rejects with is what whoever waits for the loop hears', async () => {
  const world = loop(async () => world.run.requestStop());
  world.membership.close = () => Promise.reject(new Error('too slow'));
  await world.settle();
  await world.give(batchOf(1, {}));
  await expect(within(5_000, world.tracked())).rejects.toThrow('too slow');
  await expect(within(5_000, world.ended)).rejects.toThrow('too slow');
});

test('a batch that has only skipped records of a partition is not committed there past what is open of it', async () => {
  const batches: Batch[] = [];
  const world = loop(async (batch, number) => {
    batches.push(batch);
    if (number === 1) return;
    await batches[1]?.commit();
    world.run.requestStop();
  });
  await world.settle();
  await world.give(
    batchOf(1, { partition: 1 }),
    fakeBatch(
      [
        { partition: 0, offset: 0, item: '0' },
        { partition: 1, offset: 1, tombstone: true },
      ],
      2,
    ),
  );
  await within(5_000, world.ended);
  expect(world.committed).toEqual(['0:1']);
});

test('a batch that is committed late does not take the group back over records that were skipped meanwhile', async () => {
  const skipped = (id: number, offset: number) => fakeBatch([{ partition: 0, offset, tombstone: true }], id);
  let first: Batch | undefined;
  const world = loop(async (batch, number) => {
    first ??= batch;
    if (number < 2) return;
    await first.commit();
    world.run.requestStop();
  });
  const mixed = fakeBatch(
    [
      { partition: 0, offset: 0, tombstone: true },
      { partition: 1, offset: 0, item: '0' },
    ],
    1,
  );
  await world.settle();
  await world.give(mixed, skipped(2, 1), batchOf(3, { partition: 1, from: 1 }));
  await within(5_000, world.ended);
  expect(world.committed).toEqual(['0:2', '1:1']);
});

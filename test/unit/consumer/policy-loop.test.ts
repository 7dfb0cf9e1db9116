/** The loop of a failure policy or concurrency against an engine under the test's hand: what may begin, and what may be committed, when a partition leaves
 *  or the run stops at an awkward moment. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { expect, test } from 'vitest';
import { FAULT } from '../../../src/engine/native.js';
import type { ConsumedMessage } from '../../../src/message/consumed-message.js';
import { gate, within } from '../../support/consuming.js';
import { fakeBatch } from '../engine/fakes.js';
import { batchOf, slowFrom, start } from './world.js';

const RETRY = { attempts: 3, initialDelayMs: 1, maxDelayMs: 1, jitter: 0 } as const;
const ONE_BY_ONE = { concurrency: { max: 1, order: 'key' }, batchSize: 4 } as const;

test.for([
  ['with concurrency', ONE_BY_ONE, ['0:0']],
  ['with retry', { retry: { ...RETRY, initialDelayMs: 60_000, maxDelayMs: 60_000 }, batchSize: 4 }, []],
] as const)(
  'a partition leaves while its next batch is read: nothing of that is begun, and no commit passes what was dropped, %s',
  async ([, options, handled]) => {
    const { opened, open } = gate();
    const { inputTopics, open: judge } = slowFrom(4);
    const world = start(
      async () => {
        if ('retry' in options) throw new Error('not now');
        await opened;
      },
      { ...options, inputTopics },
    );
    await world.give(batchOf(1, { count: 4 }), batchOf(2, { from: 4, count: 4 }));
    await world.leave(0);
    judge();
    open();
    await world.settle();
    expect(world.handled).toEqual(handled);
    expect(world.committed).toEqual(handled.length === 0 ? [] : ['0:1']);
    // The engine waits for neither of them.
    expect([...world.done].sort()).toEqual(['1:0', '2:0']);
    await world.stop();
  },
);

test('a partition that comes back goes on with what is taken from then on', async () => {
  const world = start(() => undefined, ONE_BY_ONE);
  await world.give(batchOf(1, { count: 2 }));
  await world.leave(0);
  await world.give(batchOf(2, { from: 2, count: 2 }));
  expect(world.handled).toEqual(['0:0', '0:1', '0:2', '0:3']);
  expect(world.committed.at(-1)).toBe('0:4');
  await world.stop();
});

test('a seek while a batch is read: what lies where it came from is dropped, and its position is not told', async () => {
  const { inputTopics, open } = slowFrom(4);
  const world = start(() => undefined, { ...ONE_BY_ONE, inputTopics });
  await world.give(batchOf(1, { from: 4, count: 4 }));
  world.run.seek([{ topic: 't', partition: 0, offset: 40 }]);
  open();
  await world.settle();
  expect([world.handled, world.committed]).toEqual([[], []]);
  expect(world.run.positions).toEqual([{ topic: 't', partition: 0, offset: 40 }]);
  await world.stop();
});

// In one of these turns the batch is read and not begun, which a listener that calls close() can meet.
test.for(Array.from({ length: 12 }, (_, n) => n))(
  'a stop %i microtasks after a batch is due: no commit passes what it drops',
  async (turns) => {
    const { opened, open } = gate();
    const world = start(() => opened, ONE_BY_ONE);
    await world.give(batchOf(1, { count: 4 }));
    const given = world.give(batchOf(2, { from: 4, count: 4 }));
    for (let n = 0; n < turns; n++) await Promise.resolve();
    world.run.requestStop();
    open();
    await given;
    await within(5_000, world.processed);
    expect([world.handled, world.committed]).toEqual([['0:0'], ['0:1']]);
  },
);

test('a leaving partition does not wait for the calls of others, though its next call waits for its turn behind them', async () => {
  const { opened, open } = gate();
  const world = start(
    async ([message]) => {
      if (message?.partition === 0) throw new Error('not now');
      await opened;
    },
    { ...ONE_BY_ONE, retry: RETRY },
  );
  await world.give(batchOf(1, { partition: 0 }), batchOf(2, { partition: 1 }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  await world.leave(0);
  expect(world.done).toEqual(['1:0']);
  open();
  await world.settle();
  expect([world.handled, world.committed]).toEqual([['1:0'], ['1:1']]);
  await world.stop();
});

test('a whole batch that waits for its turn does not hold up a leaving partition either', async () => {
  const { opened, open } = gate();
  let calls = 0;
  const world = start(
    async () => {
      if (++calls === 1) throw new Error('not now');
      await opened;
    },
    { retry: RETRY },
  );
  await world.give(batchOf(1, { partition: 0 }));
  await new Promise((resolve) => setTimeout(resolve, 20));
  // The second call of partition 0 runs; the batch of partition 1 waits behind it.
  await world.give(batchOf(2, { partition: 1 }));
  await world.leave(1);
  expect([calls, world.done]).toEqual([2, ['2:1']]);
  open();
  await world.settle();
  expect([world.handled, world.committed]).toEqual([['0:0'], ['0:1']]);
  await world.stop();
});

test('the handler is not called again with what was lost while a schema took its time', async () => {
  let reads = 0;
  const { opened, open } = gate();
  const validate = (value: unknown) => (++reads === 1 ? { value } : opened.then(() => ({ value })));
  const schema = { '~standard': { version: 1, vendor: 'test', validate } } as StandardSchemaV1;
  let calls = 0;
  const world = start(
    () => {
      calls++;
      throw new Error('not now');
    },
    { ...ONE_BY_ONE, retry: RETRY, inputTopics: { t: schema } },
  );
  await world.give(batchOf(1, {}));
  await expect.poll(() => reads).toBe(2);
  await world.leave(0, true);
  open();
  await world.settle();
  expect(calls).toBe(1);
  await world.stop();
});

test.for([
  ['with concurrency', { concurrency: 2 }],
  ['in the plain loop', {}],
] as const)('a call that lost everything may fail messages by name: that ends nothing, %s', async ([, options]) => {
  const { opened, open } = gate();
  const world = start(async ([message], { fail }) => {
    await opened;
    fail(message as ConsumedMessage<number>, new Error('too late'));
  }, options);
  await world.give(batchOf(1, {}));
  await world.leave(0, true);
  open();
  await world.settle();
  await world.stop();
  expect(world.committed).toEqual([]);
});

test('when telling of a call throws, the run ends with that, and the call is over', async () => {
  const world = start(() => undefined, { concurrency: 2 });
  // The emitter's own report throws here, as a user's logger may.
  world.emitter.on('consumer.handled', () => {
    throw new Error('the logger is broken');
  });
  await world.give(batchOf(1, {}));
  await expect(within(5_000, world.processed)).rejects.toThrow('the logger is broken');
  expect(world.committed).toEqual([]);
});

/** Partition 1 has a message, and behind it one that cannot be read. */
const halfReadable = (id: number) =>
  fakeBatch(
    [
      { partition: 1, offset: 0, item: '0' },
      { partition: 1, offset: 1, item: '1', fault: FAULT.notJson },
    ],
    id,
  );

test.for([
  ['one call at a time', {}],
  ['with concurrency', { concurrency: 4 }],
] as const)(
  'what cannot be read ends the run, however long another partition waits; before it the others go on: %s',
  async ([, options]) => {
    const world = start(
      ([message]) => {
        if (message?.partition === 0) throw new Error('not now');
      },
      { ...options, retry: { ...RETRY, attempts: 2, initialDelayMs: 60_000, maxDelayMs: 60_000 } },
    );
    await world.give(batchOf(1, {}));
    await world.give(halfReadable(2));
    await expect(within(5_000, world.processed)).rejects.toMatchObject({ code: 'PAYLOAD_NOT_JSON', position: { partition: 1, offset: 1 } });
    expect([world.handled, world.committed]).toEqual([['1:0'], ['1:1']]);
  },
);

test('what cannot be read waits for what is before it in its partition, and the others go on', async () => {
  const { opened, open } = gate();
  const world = start(([message]) => (message?.partition === 1 ? opened : undefined), { concurrency: 4 });
  await world.give(halfReadable(1));
  await world.give(batchOf(2, {}));
  expect(world.handled).toEqual(['0:0']);
  open();
  await expect(within(5_000, world.processed)).rejects.toMatchObject({ code: 'PAYLOAD_NOT_JSON' });
  expect(world.handled).toEqual(['0:0', '1:0']);
  expect(world.committed).toEqual(['0:1', '1:1']);
});

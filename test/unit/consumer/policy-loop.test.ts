/** The loop of a failure policy or concurrency against an engine under the test's hand: what may begin, and what may be committed, when a partition leaves
 *  or the run stops at an awkward moment. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { expect, test } from 'vitest';
import type { Membership } from '../../../src/consumer/membership.js';
import { processBatches } from '../../../src/consumer/process-loop.js';
import { Run } from '../../../src/consumer/run.js';
import { BatchView } from '../../../src/engine/batch-view.js';
import type { NativeBatch } from '../../../src/engine/native.js';
import { CONSUMER_EVENTS, type ConsumerEvents, Emitter, type TopicPartition } from '../../../src/events.js';
import type { HandlerContext } from '../../../src/handling/handler.js';
import type { ConsumedMessage } from '../../../src/message/consumed-message.js';
import { type ConsumerOptions, resolveConsumerOptions } from '../../../src/settings/consumer-options.js';
import { gate, within } from '../../support/consuming.js';
import { fakeBatch } from '../engine/fakes.js';
import { consumerOptions } from '../settings/options.js';

const RETRY = { attempts: 3, initialDelayMs: 1, maxDelayMs: 1, jitter: 0 } as const;
const ONE_BY_ONE = { concurrency: { max: 1, order: 'key' }, batchSize: 4 } as const;

type HandlerOf = (messages: readonly ConsumedMessage<number>[], context: HandlerContext<ConsumedMessage<number>>) => unknown;

/** Messages of topic t from offset `from` on, each with a key and a payload of its own: its offset. */
function batchOf(id: number, { partition = 0, from = 0, count = 1 }: { partition?: number; from?: number; count?: number }): NativeBatch {
  const rows = Array.from({ length: count }, (_, i) => ({ partition, offset: from + i, key: `k${from + i}`, item: String(from + i) }));
  return fakeBatch(rows, id);
}

function start(handler: HandlerOf, options: object = {}) {
  const ready: NativeBatch[] = [];
  const owned = new Set([0, 1]);
  const handled: string[] = [];
  const committed: string[] = [];
  const done: string[] = [];
  let wake = (): void => undefined;
  let hooks: { onLeaving?(partitions: readonly TopicPartition[]): void; onGivenAway(): void } | undefined;
  const batches = {
    lastTaken: 0,
    take() {
      const batch = ready.shift();
      if (batch === undefined) return null;
      this.lastTaken = batch.id;
      return new BatchView(batch);
    },
    wait: () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
    interrupt: () => wake(),
    topicName: () => 't',
    topicId: () => 0,
    handled: () => undefined,
    abandon: () => undefined,
    calling: () => undefined,
    done: (id: number) => void done.push(`${id}`),
    doneParts: (parts: Float64Array) => {
      for (let at = 0; at < parts.length; at += 3) done.push(`${parts[at]}:${parts[at + 2]}`);
    },
    commit: async (rows: Float64Array) => {
      const at = Array.from({ length: rows.length / 5 }, (_, i) => rows.subarray(i * 5, i * 5 + 5));
      committed.push(...at.map(([, partition, offset]) => `${partition}:${offset}`));
      return at.map(([, partition, offset, epoch]) => ({ topic: 't', partition, offset, epoch, error: null }));
    },
  };
  const assignment = {
    hold: () => undefined,
    free: () => undefined,
    seek: () => undefined,
    owns: ({ partition }: TopicPartition) => owned.has(partition),
  };
  const join = (_: readonly string[], given: typeof hooks): void => {
    hooks = given;
  };
  const membership = { failure: undefined, prepare: async () => undefined, join, close: async () => undefined, assignment, batches };
  const emitter = new Emitter<ConsumerEvents>(CONSUMER_EVENTS, (_, error) => {
    throw error;
  });
  const resolved = resolveConsumerOptions({ ...consumerOptions, inputTopics: ['t'], logger: false, ...options } as ConsumerOptions);
  const run = new Run<number>({ ...resolved, name: 'test', emitter, membership: membership as unknown as Membership });
  const processed = processBatches<number>(run, async (messages, context) => {
    await handler(messages, context);
    handled.push(...messages.map(({ partition, offset }) => `${partition}:${offset}`));
  });
  processed.catch(() => undefined);
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 20; turns++) await nextTurn();
  };
  return {
    ...{ run, processed, emitter, handled, committed, done, settle },
    async give(...given: readonly NativeBatch[]): Promise<void> {
      ready.push(...given);
      wake();
      await settle();
    },
    /** The engine asks for the partition back; with `isLost` it is gone at once. */
    async leave(partition: number, isLost = false): Promise<void> {
      hooks?.onLeaving?.([{ topic: 't', partition }]);
      if (isLost) owned.delete(partition);
      if (isLost) hooks?.onGivenAway();
      await settle();
    },
    async stop(): Promise<void> {
      run.requestStop();
      await within(5_000, processed);
    },
  };
}

/** Judges payloads from `later` on only when the gate opens. */
function slowFrom(later: number) {
  const { opened, open } = gate();
  const validate = (value: unknown) => ((value as number) < later ? { value } : opened.then(() => ({ value })));
  const schema = { '~standard': { version: 1, vendor: 'test', validate } } as StandardSchemaV1;
  return { inputTopics: { t: schema }, open };
}

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

/** A run of process() or batches() against an engine under the test's hand: it hands out the batches that the test gives, and notes what is committed and done. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Membership } from '../../../src/consumer/membership.js';
import { processBatches } from '../../../src/consumer/process-loop.js';
import { Run } from '../../../src/consumer/run.js';
import { BatchView } from '../../../src/engine/batch-view.js';
import { CODE } from '../../../src/engine/codes.js';
import type { NativeBatch } from '../../../src/engine/native.js';
import { CONSUMER_EVENTS, type ConsumerEvents, Emitter, type TopicPartition } from '../../../src/events.js';
import type { HandlerContext } from '../../../src/handling/handler.js';
import type { ConsumedMessage } from '../../../src/message/consumed-message.js';
import { type ConsumerOptions, resolveConsumerOptions } from '../../../src/settings/consumer-options.js';
import { gate, within } from '../../support/consuming.js';
import { fakeBatch, fault } from '../engine/fakes.js';
import { consumerOptions } from '../settings/options.js';

export type HandlerOf = (messages: readonly ConsumedMessage<number>[], context: HandlerContext<ConsumedMessage<number>>) => unknown;

/** Messages of topic t from offset `from` on, each with a key and a payload of its own: its offset. */
export function batchOf(
  id: number,
  { partition = 0, from = 0, count = 1 }: { partition?: number; from?: number; count?: number },
): NativeBatch {
  const rows = Array.from({ length: count }, (_, i) => ({ partition, offset: from + i, key: `k${from + i}`, item: String(from + i) }));
  return fakeBatch(rows, id);
}

/** A member that owns partitions 0 and 1 of topic t, before anything is processed. */
export function openWorld(options: object = {}) {
  const ready: NativeBatch[] = [];
  const owned = new Set([0, 1]);
  const committed: string[] = [];
  const done: string[] = [];
  const abandoned: number[] = [];
  /** what the engine was told as handled */
  const ended: number[] = [];
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
    handled: (id: number) => void ended.push(id),
    abandon: (id: number) => void abandoned.push(id),
    calling: () => undefined,
    done: (id: number) => void done.push(`${id}`),
    doneParts: (parts: Float64Array) => {
      for (let at = 0; at < parts.length; at += 3) done.push(`${parts[at]}:${parts[at + 2]}`);
    },
    commit: async (rows: Float64Array) => {
      const at = Array.from({ length: rows.length / 5 }, (_, i) => rows.subarray(i * 5, i * 5 + 5));
      return at.map(([, partition = 0, offset = 0, epoch = 0]) => {
        if (owned.has(partition)) committed.push(`${partition}:${offset}`);
        const error = owned.has(partition) ? null : fault(CODE.state, '_STATE');
        return { topic: 't', partition, offset, epoch, error };
      });
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
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 20; turns++) await nextTurn();
  };
  return {
    ...{ run, emitter, committed, done, abandoned, ended, settle },
    async give(...given: readonly NativeBatch[]): Promise<void> {
      ready.push(...given);
      wake();
      await settle();
    },
    /** The partition comes back. */
    regain: (partition: number) => void owned.add(partition),
    /** The engine asks for the partition back; with `isLost` it is gone at once. */
    async leave(partition: number, isLost = false): Promise<void> {
      hooks?.onLeaving?.([{ topic: 't', partition }]);
      if (isLost) owned.delete(partition);
      if (isLost) hooks?.onGivenAway();
      await settle();
    },
  };
}

/** The same, with a handler that processes. */
export function start(handler: HandlerOf, options: object = {}) {
  const world = openWorld(options);
  const handled: string[] = [];
  const processed = processBatches<number>(world.run, async (messages, context) => {
    await handler(messages, context);
    handled.push(...messages.map(({ partition, offset }) => `${partition}:${offset}`));
  });
  processed.catch(() => undefined);
  return {
    ...world,
    ...{ handled, processed },
    async stop(): Promise<void> {
      world.run.requestStop();
      await within(5_000, processed);
    },
  };
}

/** Judges payloads from `later` on only when the gate opens. */
export function slowFrom(later: number) {
  const { opened, open } = gate();
  const validate = (value: unknown) => ((value as number) < later ? { value } : opened.then(() => ({ value })));
  const schema = { '~standard': { version: 1, vendor: 'test', validate } } as StandardSchemaV1;
  return { inputTopics: { t: schema }, open };
}

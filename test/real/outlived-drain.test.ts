// A handler that outlives the drain: partitions that are given away are handled again by their new owner, those that stay are committed once it ends.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningKafka } from '../../scripts/kafka/cluster.mjs';
import { Consumer, Producer } from '../../src/index.js';
import { committedOf, gate, next, within } from '../support/consuming.js';
import { PROTOCOL_NAMES, PROTOCOLS, startGroupKafka } from '../support/group-kafka.js';

let kafka: RunningKafka;
beforeAll(async () => {
  kafka = await startGroupKafka(2);
});
afterAll(() => kafka?.stop());

test.for(PROTOCOL_NAMES)('%s', async (protocol) => {
  const { bootstrapServers } = kafka;
  const topic = `outlived-${protocol}`;
  await using producer = new Producer({ svc: 'load', outputTopics: topic, bootstrapServers, logger: false });
  await producer.produceBatch([0, 1].map((payload) => ({ id: null, payload, record: { partition: payload } })));
  const member = () =>
    new Consumer<number>({
      bootstrapServers,
      groupId: topic,
      inputTopics: topic,
      batchSize: 2,
      consumerTimeoutMs: 2_000,
      drainTimeoutMs: 500,
      logger: false,
      kafkaConsumerConfig: { ...PROTOCOLS[protocol], 'auto.offset.reset': 'earliest' },
    });
  const handled: (readonly [by: string, payload: number])[] = [];
  const [first, second] = [member(), member()];
  const committed = [first, second].map(committedOf);
  const [entered, release] = [gate(), gate()];
  let outliving: AbortSignal | undefined;
  const firstProcessed = first.process(async (messages, { signal }) => {
    handled.push(...messages.map(({ payload }) => ['first', payload] as const));
    if (outliving !== undefined) return;
    outliving = signal;
    entered.open();
    await release.opened;
  });
  await entered.opened;
  expect(handled.map(([, payload]) => payload).toSorted()).toEqual([0, 1]);
  const revoked = next(first, 'consumer.revoked', { withinMs: 30_000 });
  const secondProcessed = second.process((messages) => {
    handled.push(...messages.map(({ payload }) => ['second', payload] as const));
  });
  const { partitions, drained, lost } = await revoked;
  expect({ drained, lost }).toEqual({ drained: false, lost: false });
  // Eager members give everything away: nothing that the handler has can be committed any more. The others keep a partition.
  expect(partitions).toHaveLength(protocol === 'eager' ? 2 : 1);
  expect(outliving?.aborted).toBe(protocol === 'eager');
  await expect.poll(() => handled.filter(([by]) => by === 'second'), { timeout: 30_000 }).toHaveLength(1);
  release.open();
  const stored = () => new Map(committed.flatMap((positions) => [...positions]));
  await expect
    .poll(() => [...stored()].toSorted(), { timeout: 30_000 })
    .toEqual([
      [`${topic}:0`, 1],
      [`${topic}:1`, 1],
    ]);
  await within(20_000, Promise.all([first.close(), second.close()]));
  await Promise.all([firstProcessed, secondProcessed]);
  // Whoever had it last has handled it once more, unless it never changed hands.
  expect(handled).toHaveLength(protocol === 'eager' ? 4 : 3);
});

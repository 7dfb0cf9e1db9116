// A static member that stops and returns keeps its partitions: the group does not rebalance, and it goes on where it had stopped, in all protocols.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningKafka, startKafka } from '../../scripts/kafka/cluster.mjs';
import { Consumer, type ConsumerConfig, Producer } from '../../src/index.js';
import { next, within } from '../support/consuming.js';

const PARTITIONS = 4;
const A_ROUND = 40;
const PROTOCOLS: Readonly<Record<string, ConsumerConfig>> = {
  eager: { 'partition.assignment.strategy': 'range', 'heartbeat.interval.ms': 300 },
  cooperative: { 'partition.assignment.strategy': 'cooperative-sticky', 'heartbeat.interval.ms': 300 },
  kip848: { 'group.protocol': 'consumer' },
};

let kafka: RunningKafka;
beforeAll(async () => {
  const properties = { 'group.consumer.heartbeat.interval.ms': '500', 'group.consumer.min.heartbeat.interval.ms': '500' };
  kafka = await startKafka({ properties: { ...properties, 'num.partitions': String(PARTITIONS) } });
});
afterAll(() => kafka?.stop());

test.for(Object.keys(PROTOCOLS))('%s', async (protocol) => {
  const { bootstrapServers } = kafka;
  const topic = `static-${protocol}`;
  await using producer = new Producer({ svc: 'load', outputTopics: topic, bootstrapServers, logger: false });
  let produced = 0;
  const produceRound = async (): Promise<void> => {
    const from = produced;
    produced += A_ROUND;
    await producer.produceBatch(
      Array.from({ length: A_ROUND }, (_, i) => ({ id: null, payload: from + i, record: { partition: i % PARTITIONS } })),
    );
  };
  const handled: number[] = [];
  const infos: string[] = [];
  const member = (id: string) => {
    const consumer = new Consumer<number>({
      bootstrapServers,
      groupId: topic,
      inputTopics: topic,
      consumerTimeoutMs: 20,
      logger: { debug: () => undefined, info: (_, text) => infos.push(text), warn: () => undefined, error: () => undefined },
      kafkaConsumerConfig: { ...PROTOCOLS[protocol], 'group.instance.id': id, 'auto.offset.reset': 'earliest' },
    });
    const processed = consumer.process((messages) => {
      handled.push(...messages.map(({ payload }) => payload));
    });
    return { consumer, processed };
  };

  await produceRound();
  const stays = member('stays');
  await next(stays.consumer, 'consumer.assigned', { withinMs: 30_000 });
  const leaves = member('leaves');
  await expect
    .poll(() => [stays, leaves].map(({ consumer }) => consumer.assignment.length), { timeout: 60_000 })
    .toEqual([PARTITIONS / 2, PARTITIONS / 2]);
  await expect.poll(() => new Set(handled).size, { timeout: 30_000 }).toBe(produced);
  const owned = leaves.consumer.assignment;
  const moves: string[] = [];
  for (const name of ['consumer.assigned', 'consumer.revoking', 'consumer.revoked'] as const) {
    stays.consumer.on(name, () => moves.push(name));
  }

  await within(15_000, leaves.consumer.close());
  await leaves.processed;
  expect(infos.filter((text) => text.includes('session'))).toEqual([expect.stringMatching(/"leaves".*keeps its partitions/)]);
  await produceRound();
  // Its share waits for it, nobody else gets it.
  await expect.poll(() => new Set(handled).size, { timeout: 30_000 }).toBe(produced - A_ROUND / 2);
  const returned = member('leaves');
  await expect.poll(() => new Set(handled).size, { timeout: 30_000 }).toBe(produced);
  expect(returned.consumer.assignment).toEqual(owned);
  expect(moves).toEqual([]);
  expect(handled).toHaveLength(produced);
  await within(15_000, Promise.all([stays.consumer.close(), returned.consumer.close()]));
  await Promise.all([stays.processed, returned.processed]);
});

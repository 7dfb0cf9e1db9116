// A static member that stops and returns keeps its partitions: the group does not rebalance, and it goes on where it had stopped, in all protocols.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningKafka } from '../../scripts/kafka/cluster.mjs';
import { Consumer, Producer } from '../../src/index.js';
import { next, within } from '../support/consuming.js';
import { PROTOCOL_NAMES, PROTOCOLS, startGroupKafka } from '../support/group-kafka.js';

const PARTITIONS = 4;
const A_ROUND = 40;
let kafka: RunningKafka;
beforeAll(async () => {
  kafka = await startGroupKafka(PARTITIONS);
});
afterAll(() => kafka?.stop());

test.for(PROTOCOL_NAMES)('%s', async (protocol) => {
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

test('with KIP-848 a second process with the id of one that lives is refused, by name; the first goes on', async () => {
  const { bootstrapServers } = kafka;
  const member = () =>
    new Consumer({
      ...{ bootstrapServers, groupId: 'one-id', inputTopics: 'one-id', consumerTimeoutMs: 20, logger: false },
      kafkaConsumerConfig: { ...PROTOCOLS.kip848, 'group.instance.id': 'the-one', 'auto.offset.reset': 'earliest' },
    });
  await using producer = new Producer({ svc: 'load', outputTopics: 'one-id', bootstrapServers, logger: false });
  await producer.produce({ id: null, payload: 1 });
  const [lives, second] = [member(), member()];
  const handled: unknown[] = [];
  const processed = lives.process((messages) => {
    handled.push(...messages.map(({ payload }) => payload));
  });
  await expect.poll(() => handled, { timeout: 30_000 }).toEqual([1]);
  await expect(
    within(
      30_000,
      second.process(() => undefined),
    ),
  ).rejects.toMatchObject({
    kafkaName: 'UNRELEASED_INSTANCE_ID',
    fatal: true,
    message: expect.stringMatching(/same group\.instance\.id/),
  });
  await producer.produce({ id: null, payload: 2 });
  await expect.poll(() => handled, { timeout: 30_000 }).toEqual([1, 2]);
  await within(20_000, lives.close());
  await processed;
});

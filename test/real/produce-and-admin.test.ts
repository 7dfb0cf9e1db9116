/** What only a real broker shows of the producer and the admin: topic limits, configurations, partitions that are not there. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningKafka, startKafka } from '../../scripts/kafka/cluster.mjs';
import { Admin, throwOnFailure } from '../../src/engine/admin.js';
import { Producer } from '../../src/index.js';

let kafka: RunningKafka;
let admin: Admin;
const common = () => ({ svc: 'a', bootstrapServers: kafka.bootstrapServers, logger: false }) as const;

beforeAll(async () => {
  kafka = await startKafka();
  admin = new Admin({ config: [['bootstrap.servers', kafka.bootstrapServers]] });
});
afterAll(async () => {
  await admin.close();
  await kafka.stop();
});

test('a topic is created, described, seen in the metadata, refused the second time, and deleted', async () => {
  const topic = { name: 'configured', partitions: 3, config: { 'retention.ms': '60000' } };
  throwOnFailure(await admin.createTopics([topic]));
  expect(await admin.createTopics([topic])).toMatchObject([{ name: 'configured', error: { kafkaName: 'TOPIC_ALREADY_EXISTS' } }]);
  expect(await admin.describeTopics(['configured'])).toMatchObject([{ config: { 'retention.ms': '60000', 'cleanup.policy': 'delete' } }]);
  const { topics } = await admin.metadata('configured');
  expect(topics).toMatchObject([{ name: 'configured', partitions: [{ id: 0 }, { id: 1 }, { id: 2 }] }]);
  throwOnFailure(await admin.deleteTopics(['configured']));
  expect(await admin.deleteTopics(['configured'])).toMatchObject([{ error: { kafkaName: 'UNKNOWN_TOPIC_OR_PART' } }]);
});

test("one record over the topic's own limit fails its whole request; with the option only that record is skipped", async () => {
  throwOnFailure(await admin.createTopics([{ name: 'small', config: { 'max.message.bytes': '5000' } }]));
  const messages = Array.from({ length: 20 }, (_, index) => ({ id: String(index), payload: index === 7 ? noise(9_000) : index }));
  await using strict = new Producer({ ...common(), outputTopics: 'small' });
  await expect(strict.produceBatch(messages)).rejects.toMatchObject({
    failed: expect.arrayContaining([expect.objectContaining({ index: 7 })]),
  });
  await using lenient = new Producer({ ...common(), outputTopics: 'small', ignoreLargeMessageErrors: true });
  const deliveries = await lenient.produceBatch(messages);
  expect(deliveries.flatMap(({ skipped }, index) => (skipped ? [[index, skipped.kafkaName]] : []))).toEqual([[7, 'MSG_SIZE_TOO_LARGE']]);
});

test('a partition that does not exist fails that record and no other', async () => {
  throwOnFailure(await admin.createTopics([{ name: 'single' }]));
  await using producer = new Producer({ ...common(), outputTopics: 'single' });
  const produced = producer.produceBatch([
    { id: 'a', payload: 1 },
    { id: 'b', payload: 2, record: { partition: 9 } },
  ]);
  await expect(produced).rejects.toMatchObject({
    delivered: [{ partition: 0, offset: 0 }],
    failed: [{ index: 1, persisted: 'no', error: { kafkaName: '_UNKNOWN_PARTITION' } }],
  });
});

test('awaited batches are acknowledged far sooner than linger.ms would allow', async () => {
  throwOnFailure(await admin.createTopics([{ name: 'quick' }]));
  await using producer = new Producer({ ...common(), outputTopics: 'quick', kafkaProducerConfig: { 'linger.ms': 2_000 } });
  await producer.produce({ id: null, payload: 'warm' });
  const startedMs = performance.now();
  for (let index = 0; index < 10; index++) await producer.produce({ id: null, payload: index });
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

/** Text that compression cannot shrink below a limit. */
function noise(length: number): string {
  let seed = 1;
  return Array.from({ length }, () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (seed % 90));
  }).join('');
}

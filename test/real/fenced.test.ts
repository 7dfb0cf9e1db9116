// When a second process takes the same group.instance.id the first one ends with an error that says so, whatever it was doing.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningKafka, startKafka } from '../../scripts/kafka/cluster.mjs';
import { Consumer, Producer } from '../../src/index.js';
import { next, within } from '../support/consuming.js';

let kafka: RunningKafka;
beforeAll(async () => {
  kafka = await startKafka();
});
afterAll(() => kafka?.stop());

test('the older of two static members is fenced; the newer goes on', async () => {
  const { bootstrapServers } = kafka;
  await using producer = new Producer({ svc: 'load', outputTopics: 'fenced', bootstrapServers, logger: false });
  await producer.produceBatch([0, 1, 2, 3].map((payload) => ({ id: null, payload })));
  const member = () =>
    new Consumer({
      bootstrapServers,
      groupId: 'fenced',
      inputTopics: 'fenced',
      logger: false,
      kafkaConsumerConfig: { 'group.instance.id': 'one', 'heartbeat.interval.ms': 300, 'auto.offset.reset': 'earliest' },
    });
  await using older = member();
  await using newer = member();
  const handled = next(older, 'consumer.committed');
  const first = older.process(() => undefined);
  await handled;
  const assigned = next(newer, 'consumer.assigned');
  const second = newer.process(() => undefined);
  await expect(within(15_000, first)).rejects.toMatchObject({
    code: 'KAFKA',
    kafkaName: 'FENCED_INSTANCE_ID',
    fatal: true,
    message: expect.stringContaining('group.instance.id'),
  });
  expect((await assigned).partitions).toHaveLength(4);
  await newer.close();
  await second;
});

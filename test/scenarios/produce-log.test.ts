// librdkafka's log lines and statistics of a producer come as events, and stop with the unsubscribe.
import { expect, test } from 'vitest';
import { Producer, type ProducerEvents } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { within } from '../support/consuming.js';

test('producer.log and producer.stats', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const kafkaProducerConfig = { 'statistics.interval.ms': 20, debug: 'broker' };
  const { bootstrapServers } = broker;
  await using producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers, kafkaProducerConfig, logger: false });
  const next = <N extends 'producer.log' | 'producer.stats'>(name: N) =>
    new Promise<ProducerEvents[N]>((resolve) => {
      const off = producer.on(name, (detail) => {
        off();
        resolve(detail);
      });
    });
  const both = Promise.all([next('producer.log'), next('producer.stats')]);
  await producer.produce({ id: null, payload: 1 });
  const [line, { stats }] = await within(10_000, both);
  expect(line).toEqual({ level: expect.any(Number), facility: expect.any(String), message: expect.any(String) });
  expect(stats).toMatchObject({ type: 'producer' });
});

/** A service's test under Jest, as an ES module: Jest cannot require() one, Node can. */

import { expect, test } from '@jest/globals';
import { Consumer, isPhqKafkaError, Producer } from '@predicthq/kafka';
import { EmbeddedBroker } from '@predicthq/kafka/testing';

/** What the service does with a batch. */
const rank = (producer) => async (messages) => {
  const strong = messages.filter(({ payload }) => payload.mag >= 4.5);
  await producer.produceBatch(strong.map((message) => message.derive(message.id, { ...message.payload, rank: message.payload.mag * 10 })));
};

const read = async (bootstrapServers, topic, count) => {
  const kafkaConsumerConfig = { 'auto.offset.reset': 'earliest' };
  const consumer = new Consumer({ bootstrapServers, groupId: `reader-of-${topic}`, inputTopics: topic, kafkaConsumerConfig });
  const read = [];
  await consumer.process((messages) => {
    read.push(...messages);
    if (read.length >= count) void consumer.close();
  });
  return read;
};

test('strong quakes become alerts that know where they came from', async () => {
  const broker = await EmbeddedBroker.start({ topics: { quakes: 1, alerts: 1 } });
  const { bootstrapServers } = broker;
  const sensors = new Producer({ svc: 'sensors', outputTopics: 'quakes', bootstrapServers });
  await sensors.produceBatch([1.5, 4.5, 7].map((mag) => ({ id: `é${mag}`, payload: { mag, at: ['Málaga'] } })));
  const producer = new Producer({ svc: 'ranker', outputTopics: 'alerts', bootstrapServers });
  await rank(producer)(await read(bootstrapServers, 'quakes', 3));
  const alerts = await read(bootstrapServers, 'alerts', 2);
  await Promise.all([sensors.close(), producer.close()]);
  await broker.close();

  expect(alerts.map(({ id, payload }) => ({ id, payload }))).toEqual([
    { id: 'é4.5', payload: { mag: 4.5, at: ['Málaga'], rank: 45 } },
    { id: 'é7', payload: { mag: 7, at: ['Málaga'], rank: 70 } },
  ]);
  expect(alerts[0].refs[0].hist.refs[0]).toMatchObject({ topic: 'quakes', key: 'é4.5', hist: { svc: 'sensors' } });
  expect(alerts[0].raw.key).toBeInstanceOf(Buffer);
});

test('a wrong option is an error that says so', () => {
  const make = () => new Producer({ svc: '', outputTopics: 'alerts', bootstrapServers: 'nowhere' });
  expect(make).toThrow(expect.objectContaining({ code: 'SETTINGS_INVALID' }));
  expect(isPhqKafkaError(new Error('another'))).toBe(false);
});

// The position that belongs to a time is the first record at or after it, and the end of the log where there is none; the embedded broker keeps no times.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningKafka, startKafka } from '../../scripts/kafka/cluster.mjs';
import { Consumer } from '../../src/index.js';
import { envelope, next, writeRaw } from '../support/consuming.js';

let kafka: RunningKafka;
beforeAll(async () => {
  kafka = await startKafka();
});
afterAll(() => kafka?.stop());

test('offsetsForTimes', async () => {
  const { bootstrapServers } = kafka;
  const topic = 'times';
  // Old records would be deleted by the broker's retention.
  const startMs = Date.now() - 60_000;
  for (const i of [0, 1, 2]) await writeRaw(kafka, topic, [{ value: envelope(i), partition: 0, timestampMs: startMs + i * 1_000 }]);
  const kafkaConsumerConfig = { 'auto.offset.reset': 'earliest' } as const;
  const consumer = new Consumer({ bootstrapServers, groupId: 'g', inputTopics: topic, logger: false, kafkaConsumerConfig });
  const committed = next(consumer, 'consumer.committed');
  const processed = consumer.process(() => undefined);
  await committed;
  const p = { topic, partition: 0 };
  const ask = async (timestampMs: number) => (await consumer.offsetsForTimes([{ ...p, timestampMs }]))[0];
  expect(await ask(0)).toEqual({ ...p, offset: 0 });
  expect(await ask(startMs + 1_000)).toEqual({ ...p, offset: 1 });
  expect(await ask(startMs + 1_001)).toEqual({ ...p, offset: 2 });
  expect(await ask(startMs + 9_000)).toEqual({ ...p, offset: 3 });
  await consumer.close();
  await processed;
});

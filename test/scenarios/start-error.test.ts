// Where auto.offset.reset is 'error', a partition without a readable position ends process() instead of starting somewhere.
import { expect, test } from 'vitest';
import { Consumer, getKafkaConsumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, next, within, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

const kafkaConsumerConfig = { ...QUICK, 'auto.offset.reset': 'error' } as const;

test.concurrent('no committed position', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: envelope(0) }]);
  await using consumer = new Consumer(member(broker, { inputTopics: 't', kafkaConsumerConfig }));
  const processed = consumer.process(() => undefined);
  await expect(within(10_000, processed)).rejects.toMatchObject({ code: 'KAFKA', kafkaName: '_NO_OFFSET' });
});

test.concurrent('a committed position that the log does not have', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: envelope(0) }]);
  await using other = getKafkaConsumer(broker.bootstrapServers, 'g', QUICK);
  other.subscribe('t');
  while ((await other.consume(1, 500)).length === 0);
  await other.commit([{ topic: 't', partition: 0, offset: 999 }]);
  await other.close();
  await using consumer = new Consumer(member(broker, { inputTopics: 't', kafkaConsumerConfig }));
  const stopped = next(consumer, 'consumer.partitionStopped');
  const processed = consumer.process(() => undefined);
  await expect(within(10_000, processed)).rejects.toMatchObject({ code: 'KAFKA', kafkaName: '_AUTO_OFFSET_RESET' });
  expect(await stopped).toMatchObject({ topic: 't', partition: 0, error: { kafkaName: '_AUTO_OFFSET_RESET' } });
});

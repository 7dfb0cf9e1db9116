// Without a broker for the dead letter topic alone everything else goes on: the partition waits, told, and parks when the topic is back.
import { expect, test } from 'vitest';
import { envelope, next, within, writeRaw } from '../support/consuming.js';
import { failing, stored } from './support/failing.js';
import { readTopic } from './support/read-topic.js';

test('the partition is held, the others go on, nothing is lost and the letter arrives once', async () => {
  const { broker, consumer, committed, told } = await failing({
    messages: [1, 1],
    options: { deadLetter: true, retry: { attempts: 1, initialDelayMs: 20, maxDelayMs: 50 }, consumerTimeoutMs: 50 },
  });
  const failed = next(consumer, 'consumer.deadLetterFailed');
  const processed = consumer.process((messages, { fail }) => {
    for (const message of messages) {
      if (message.partition !== 0 || message.offset !== 0) continue;
      // Not before: at start the topic is looked at.
      broker.topicError('t.dlq', 'TOPIC_AUTHORIZATION_FAILED');
      fail(message, new Error('poison'));
    }
  });
  expect(await failed).toMatchObject({ topic: 't', partition: 0, offset: 0, error: { code: 'DEAD_LETTER_FAILED', retriable: true } });
  await writeRaw(
    broker,
    't',
    [0, 1].map((partition) => ({ partition, value: envelope('later') })),
  );
  await stored(consumer, committed, { 't:1': 2 });
  expect(committed.get('t:0')).toBeUndefined();
  expect(told).toContain('held 0:0 dead-letter');
  broker.topicError('t.dlq', null);
  await stored(consumer, committed, { 't:0': 2 });
  await consumer.close();
  await within(10_000, processed);
  expect(told.filter((line) => line.startsWith('parked'))).toEqual(['parked 0:0 in t.dlq after 1']);
  expect(await readTopic(broker.bootstrapServers, 't.dlq', 1)).toHaveLength(1);
  await broker.close();
});

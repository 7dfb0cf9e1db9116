// What a topic's schema refuses is parked byte for byte when there is a dead letter; what it lets through is checked afresh for every attempt.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { expect, test } from 'vitest';
import { Consumer, getKafkaProducer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, next, take } from '../support/consuming.js';
import { QUICK } from './kit.js';

/** Numbers, doubled; asked asynchronously. */
const doubled = (asked: unknown[]): StandardSchemaV1<number, number> => ({
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: async (value) => {
      asked.push(value);
      return typeof value === 'number' ? { value: value * 2 } : { issues: [{ message: 'not a number' }] };
    },
  },
});

test('the refused one is parked, the others are handled, and a retry asks the schema again', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1, 't.dlq': 1 } });
  await using producer = getKafkaProducer(broker.bootstrapServers);
  await producer.produceBatch('t', [{ value: envelope(1) }, { key: 'bad', value: envelope('two') }, { value: envelope(3) }]);
  const asked: unknown[] = [];
  const calls: (readonly number[])[] = [];
  const consumer = new Consumer({
    ...member(broker, { inputTopics: 't' }),
    inputTopics: { t: doubled(asked) },
    retry: { attempts: 2, initialDelayMs: 1 },
    deadLetter: true,
    kafkaConsumerConfig: QUICK,
  });
  const parked = next(consumer, 'consumer.deadLettered');
  const all = next(consumer, 'consumer.committed', { where: ({ positions }) => positions.some(({ offset }) => offset === 3) });
  const processed = consumer.process((messages, { attempt }) => {
    calls.push(messages.map(({ payload }) => payload));
    if (attempt === 1) throw new Error('once');
  });
  await all;
  expect(await parked).toMatchObject({ offset: 1, error: { code: 'PAYLOAD_SCHEMA' } });
  await consumer.close();
  await processed;
  expect(calls).toEqual([
    [2, 6],
    [2, 6],
  ]);
  expect(asked.sort()).toEqual([1, 1, 3, 3, 'two']);
  const [letter] = await take(member(broker, { groupId: 'reader', inputTopics: 't.dlq' }), 1);
  expect(letter?.raw.value?.toString()).toBe(envelope('two'));
  expect(letter?.id).toBe('bad');
});

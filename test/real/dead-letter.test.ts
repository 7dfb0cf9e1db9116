// What only a real Kafka shows of the dead letter: the topic is created, and a letter that the broker finds too large loses its stack, then its message.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningKafka, startKafka } from '../../scripts/kafka/cluster.mjs';
import { Consumer } from '../../src/index.js';
import { readDeadLetterHeaders } from '../../src/message/dead-letter.js';
import { readTopic } from '../scenarios/support/read-topic.js';
import { committedOf, envelope, next, within, writeRaw } from '../support/consuming.js';

const LIMIT = 20_000;
/** Room for the headers without stack and message, and the framing. */
const FRAME = 700;

let kafka: RunningKafka;
beforeAll(async () => {
  kafka = await startKafka({ properties: { 'message.max.bytes': String(LIMIT), 'num.partitions': '3' } });
});
afterAll(() => kafka?.stop());

/** Does not shrink under snappy. */
const noise = (bytes: number): string =>
  Array.from({ length: bytes }, () => String.fromCharCode(33 + Math.floor(Math.random() * 90)).replace(/["\\]/, 'x')).join('');

function failWith(message: string): Error {
  const error = new Error(message);
  error.stack = noise(8_000);
  return error;
}

test('the topic is created with the partitions of its source; what is too large is cut as little as possible', async () => {
  const { bootstrapServers } = kafka;
  // Small: everything fits. Middle: without the stack. Large: with hardly a message.
  const sizes = [100, LIMIT - 4_096 - FRAME - 2_000, LIMIT - FRAME - 1_500];
  // One by one: together they would be too large as well.
  for (const size of sizes) await writeRaw(kafka, 't', [{ partition: 2, key: 'k', value: envelope(noise(size)) }]);
  const consumer = new Consumer<string>({
    bootstrapServers,
    groupId: 'g',
    inputTopics: 't',
    deadLetter: { create: true, maxShare: 1 },
    logger: false,
    kafkaConsumerConfig: { 'auto.offset.reset': 'earliest' },
  });
  const committed = committedOf(consumer);
  const assigned = next(consumer, 'consumer.assigned');
  consumer.on('consumer.committed', () => committed.get('t:2') === 3 && void consumer.close());
  const processed = consumer.process((messages, { fail }) => {
    for (const message of messages) fail(message, failWith(noise(4_000)));
  });
  await assigned;
  await within(60_000, processed);
  const letters = await readTopic(bootstrapServers, 't.dlq', 3, { 'auto.offset.reset': 'earliest' });
  const facts = letters
    .map(({ headers }) => readDeadLetterHeaders(headers))
    .toSorted((a, b) => (a?.from.offset ?? 0) - (b?.from.offset ?? 0));
  expect(facts.map((one) => [one?.error.stack !== undefined, (one?.error.message.length ?? 0) > 1_000])).toEqual([
    [true, true],
    [false, true],
    [false, false],
  ]);
  expect(letters.every(({ value }) => value !== null && value.length > 100)).toBe(true);
});

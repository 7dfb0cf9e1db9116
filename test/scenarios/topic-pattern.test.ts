// `^regex` topics: all that match are read, others are not, and one that is created later joins in.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, next, within, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

const kafkaConsumerConfig = { ...QUICK, 'topic.metadata.refresh.interval.ms': 200 };

test('a topic that appears while processing is read from its beginning', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { 'in.a': 1, 'in.b': 1, out: 1 } });
  for (const topic of ['in.a', 'in.b', 'out']) await writeRaw(broker, topic, [{ value: envelope(topic) }]);
  const consumer = new Consumer<string>(member(broker, { inputTopics: '^in\\.', kafkaConsumerConfig }));
  const seen: string[] = [];
  const committed = next(consumer, 'consumer.committed', { where: () => seen.length === 2 });
  const processed = consumer.process((messages) => {
    seen.push(...messages.map(({ topic, payload }) => `${topic} ${payload}`));
    if (seen.length === 3) void consumer.close();
  });
  await committed;
  broker.createTopic('in.c', { partitions: 1 });
  await writeRaw(broker, 'in.c', [{ value: envelope('in.c') }]);
  await within(15_000, processed);
  expect(seen.slice(0, 2).sort()).toEqual(['in.a in.a', 'in.b in.b']);
  expect(seen[2]).toBe('in.c in.c');
});

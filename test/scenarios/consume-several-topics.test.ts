// One consumer reads several topics; each message says which one it came from, and each topic's positions are committed.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, member, writeRaw } from '../support/consuming.js';

test('messages and commits of two topics are kept apart', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { quakes: 2, storms: 1 } });
  await writeRaw(
    broker,
    'quakes',
    [0, 1, 0, 1].map((partition, i) => ({ partition, value: envelope(`q${i}`) })),
  );
  await writeRaw(
    broker,
    'storms',
    [0, 1, 2].map((i) => ({ value: envelope(`s${i}`) })),
  );
  const consumer = new Consumer<string>(member(broker, { inputTopics: ['quakes', 'storms'] }));
  const committed = committedOf(consumer);
  const seen: Record<string, string[]> = { quakes: [], storms: [] };
  let count = 0;
  await consumer.process((messages) => {
    for (const { topic, payload, refs } of messages) {
      expect(refs[0].topic).toBe(topic);
      seen[topic]?.push(payload);
    }
    count += messages.length;
    if (count >= 7) void consumer.close();
  });
  expect({ quakes: seen.quakes?.toSorted(), storms: seen.storms }).toEqual({
    quakes: ['q0', 'q1', 'q2', 'q3'],
    storms: ['s0', 's1', 's2'],
  });
  expect(Object.fromEntries(committed)).toEqual({ 'quakes:0': 2, 'quakes:1': 2, 'storms:0': 3 });
});

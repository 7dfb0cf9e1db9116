// With enable.auto.commit librdkafka sends the commits, but only of what was handled: a batch whose handler failed comes again.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, take, within, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

test('handled positions are committed at the close, the failed batch is not', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(
    broker,
    't',
    Array.from({ length: 30 }, (_, i) => ({ value: envelope(i) })),
  );
  const kafkaConsumerConfig = { ...QUICK, 'enable.auto.commit': true } as const;
  const options = member(broker, { inputTopics: 't', batchSize: 10, kafkaConsumerConfig });
  const handled: number[] = [];
  const processed = new Consumer<number>(options).process((messages) => {
    if (handled.length === 20) throw new Error('no');
    handled.push(...messages.map(({ payload }) => payload));
  });
  await expect(within(10_000, processed)).rejects.toMatchObject({ code: 'HANDLER_THREW' });
  const [first] = await take<number>(options, 1);
  expect(first?.payload).toBe(20);
});

test('manual commits beside it are refused', () => {
  const options = { bootstrapServers: 'h:1', groupId: 'g', inputTopics: 't', commit: 'manual' as const };
  expect(() => new Consumer({ ...options, kafkaConsumerConfig: { 'enable.auto.commit': 'true' } })).toThrow(/exclude each other/);
});

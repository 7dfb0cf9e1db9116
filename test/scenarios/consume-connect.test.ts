// connect() resolves once a broker has answered, and where none does it fails at its deadline, naming the address, the wait and the reason.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, next, within, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

test.concurrent('a broker answers', async () => {
  await using broker = await EmbeddedBroker.start({ brokers: 2, topics: { t: 1 } });
  await using consumer = new Consumer(member(broker, { inputTopics: 't' }));
  const connected = next(consumer, 'consumer.connected');
  await within(5_000, consumer.connect());
  expect(await connected).toMatchObject({ brokers: 2, durationMs: expect.any(Number) });
  // The same client then processes.
  await writeRaw(broker, 't', [{ value: envelope('hello') }]);
  const seen: unknown[] = [];
  await within(
    10_000,
    consumer.process((messages) => {
      seen.push(...messages.map(({ payload }) => payload));
      void consumer.close();
    }),
  );
  expect(seen).toEqual(['hello']);
});

test.concurrent('nobody answers: TIMEOUT_CONNECT by the deadline', async () => {
  await using consumer = new Consumer(member({ bootstrapServers: '127.0.0.1:1' }, { inputTopics: 't' }));
  const startedMs = performance.now();
  await expect(consumer.connect({ timeoutMs: 500 })).rejects.toMatchObject({
    name: 'TimeoutError',
    code: 'TIMEOUT_CONNECT',
    timeoutMs: 500,
    message: expect.stringMatching(/group "g" to 127\.0\.0\.1:1: waited 500 ms.*the last error was: .*refused/s),
    cause: { code: 'KAFKA' },
  });
  expect(performance.now() - startedMs).toBeLessThan(3_000);
});

test.concurrent('a broker that goes away before it answers; once it is back, connect() works', async () => {
  await using broker = await EmbeddedBroker.start();
  broker.brokerDown();
  await using consumer = new Consumer(member(broker, { inputTopics: 't' }));
  await expect(consumer.connect({ timeoutMs: 300 })).rejects.toMatchObject({ code: 'TIMEOUT_CONNECT' });
  broker.brokerUp();
  await within(10_000, consumer.connect());
});

test.concurrent('while processing it asks the client that processes, and opens no other', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const consumer = new Consumer(member(broker, { inputTopics: 't', kafkaConsumerConfig: { ...QUICK, 'statistics.interval.ms': 20 } }));
  const clients = new Set<unknown>();
  consumer.on('consumer.stats', ({ stats }) => clients.add((stats as { readonly name: string }).name));
  const assigned = next(consumer, 'consumer.assigned');
  const processed = consumer.process(() => undefined);
  await assigned;
  const connected = next(consumer, 'consumer.connected');
  await within(5_000, consumer.connect());
  expect(await connected).toMatchObject({ brokers: 1 });
  for (let i = 0; i < 4; i++) await next(consumer, 'consumer.stats');
  expect(clients.size).toBe(1);
  await within(5_000, consumer.close());
  await processed;
});

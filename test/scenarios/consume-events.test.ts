// Every event of a consumer tells what happened, in order; a listener that throws or rejects disturbs nothing, one that unsubscribed hears nothing.
import { expect, test } from 'vitest';
import { Consumer, type ConsumerEvents, type Logger } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, next, within, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

const LIFE = ['connected', 'reset', 'assigned', 'handled', 'committed', 'revoking', 'revoked', 'closed'] as const;

test.concurrent('the life of a member, from connecting to leaving', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: envelope(1) }]);
  const consumer = new Consumer(member(broker, { inputTopics: 't' }));
  const heard: [string, unknown][] = [];
  for (const name of LIFE) consumer.on(`consumer.${name}`, (detail: unknown) => heard.push([name, detail]));
  await consumer.connect();
  const committed = next(consumer, 'consumer.committed');
  const processed = consumer.process(() => undefined);
  await committed;
  await consumer.close();
  await processed;
  const partitions = [{ topic: 't', partition: 0 }];
  const durationMs = expect.any(Number);
  expect(heard).toEqual([
    ['connected', { brokers: 1, durationMs }],
    ['reset', { topic: 't', partition: 0, offset: 0, from: null, to: 0, count: 0, reason: 'first-start' }],
    ['assigned', { partitions, protocol: 'EAGER' }],
    ['handled', { messages: 1, tombstones: 0, superseded: 0, invalid: 0, durationMs }],
    ['committed', { positions: [{ topic: 't', partition: 0, offset: 1 }], durationMs }],
    ['revoking', { partitions, lost: false, drainMs: durationMs }],
    ['revoked', { partitions, lost: false, drained: true, waitedMs: durationMs }],
    ['closed', { timedOut: false }],
  ]);
});

test.concurrent('librdkafka speaks too: statistics and log lines', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const kafkaConsumerConfig = { ...QUICK, 'statistics.interval.ms': 20, debug: 'cgrp' };
  await using consumer = new Consumer(member(broker, { inputTopics: 't', kafkaConsumerConfig }));
  const [stats, log] = [next(consumer, 'consumer.stats'), next(consumer, 'consumer.log')];
  await consumer.connect();
  expect((await stats).stats).toMatchObject({ type: 'consumer', brokers: expect.any(Object) });
  expect(await log).toMatchObject({ level: expect.any(Number), facility: expect.any(String), message: expect.any(String) });
});

test.concurrent('listeners that throw or reject are logged, and processing goes on', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: envelope(1) }]);
  const logged: [string, unknown][] = [];
  const silent = (): void => undefined;
  const logger: Logger = {
    debug: silent,
    info: silent,
    warn: silent,
    error: ({ event, err }, message) => logged.push([`${event} ${message}`, err]),
  };
  const consumer = new Consumer(member(broker, { inputTopics: 't', logger }));
  const names = ['consumer.assigned', 'consumer.handled', 'consumer.committed', 'consumer.closed'] as const;
  for (const name of names) {
    consumer.on(name, () => {
      throw new Error('thrown');
    });
    consumer.on(name, (async () => {
      throw new Error('rejected');
    }) as () => void);
  }
  let calls = 0;
  const committed = next(consumer, 'consumer.committed');
  const processed = consumer.process(() => {
    calls++;
  });
  await committed;
  await within(5_000, consumer.close());
  await processed;
  expect(calls).toBe(1);
  expect(new Set(logged.map(([text]) => text.split(' ')[0]))).toEqual(new Set(names));
  expect(new Set(logged.map(([, error]) => (error as Error).message))).toEqual(new Set(['thrown', 'rejected']));
});

test.concurrent('unsubscribing works, twice as well as once; an unknown name is a fault of the program', async () => {
  await using broker = await EmbeddedBroker.start();
  const consumer = new Consumer(member(broker, { inputTopics: 't' }));
  const heard: string[] = [];
  const off = consumer.on('consumer.connected', () => heard.push('first'));
  consumer.on('consumer.connected', () => heard.push('second'));
  off();
  off();
  await consumer.connect();
  await consumer.close();
  expect(heard).toEqual(['second']);
  expect(() => consumer.on('error' as keyof ConsumerEvents, () => undefined)).toThrow(/There is no event "error".*consumer\.assigned/);
});

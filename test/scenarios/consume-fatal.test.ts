// A fatal error is told once and ends process() also while a handler runs: at once when that ends, after drainTimeoutMs when it never does.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, gate, member, within, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

async function setUp() {
  const broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: envelope(1) }]);
  const kafkaConsumerConfig = { ...QUICK, 'group.instance.id': 'one' };
  const consumer = new Consumer(member(broker, { inputTopics: 't', kafkaConsumerConfig, drainTimeoutMs: 300 }));
  const told: string[] = [];
  consumer.on('consumer.error', ({ error }) => told.push(`${error.kafkaName}${error.fatal ? ' fatal' : ''}`));
  return { broker, consumer, told, fence: () => broker.failRequests('Heartbeat', ['FENCED_INSTANCE_ID']) };
}

const FENCED = { code: 'KAFKA', kafkaName: 'FENCED_INSTANCE_ID', fatal: true, message: expect.stringContaining('another process') };

test.concurrent('a handler that never ends does not keep it from being told', async () => {
  const { broker, consumer, told, fence } = await setUp();
  let signal: AbortSignal | undefined;
  const processed = consumer.process((_, context) => {
    signal = context.signal;
    fence();
    return new Promise<void>(() => undefined);
  });
  await expect(within(5_000, processed)).rejects.toMatchObject(FENCED);
  expect(told).toEqual(['FENCED_INSTANCE_ID fatal']);
  expect(signal?.aborted).toBe(true);
  await within(5_000, Promise.all([consumer.close(), consumer.close()]));
  expect(consumer.health()).toMatchObject({
    live: false,
    reasons: [{ code: 'fatal', text: expect.stringContaining('FENCED_INSTANCE_ID') }],
  });
  await broker.close();
});

test.concurrent('a handler that ends when its signal aborts is waited for, and the error is what process() rejects with', async () => {
  const { broker, consumer, fence } = await setUp();
  const ended = gate();
  const processed = consumer.process(async (_, { signal }) => {
    fence();
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    ended.open();
    throw new Error('aborted');
  });
  await expect(within(5_000, processed)).rejects.toMatchObject(FENCED);
  await ended.opened;
  await broker.close();
});

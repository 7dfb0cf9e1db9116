/** Retry, dead letter and concurrency as options: filled in, and every fault by its full name. */
import { expect, test } from 'vitest';
import type { SettingsError } from '../../../src/errors.js';
import { type ConsumerOptions, resolveConsumerOptions } from '../../../src/settings/consumer-options.js';

const resolve = (options: object) =>
  resolveConsumerOptions({ bootstrapServers: 'a:1', groupId: 'g', inputTopics: ['quakes', 'alerts'], ...options } as ConsumerOptions);

function faults(options: object): readonly string[] {
  try {
    resolve(options);
    return [];
  } catch (error) {
    return (error as SettingsError).faults.map(({ key, message }) => `${key}: ${message}`);
  }
}

test('none by default: a throw ends process(), whole batches one at a time', () => {
  expect(resolve({})).toMatchObject({ retry: undefined, deadLetter: undefined, concurrency: undefined, onInvalid: 'stop' });
  expect(resolve({ deadLetter: false, concurrency: 1 })).toMatchObject({
    deadLetter: undefined,
    concurrency: undefined,
    onInvalid: 'stop',
  });
});

test('a dead letter topic may be created with tokens of oauthToken', () => {
  const tokens = { oauthToken: () => ({ token: 'x', expiresAtMs: 1 }), kafkaConfig: { 'security.protocol': 'sasl_ssl' } as const };
  expect(faults({ ...tokens, deadLetter: { create: true } })).toEqual([]);
});

test('what is left out of them is filled in', () => {
  const { retry, deadLetter, onInvalid } = resolve({ retry: {}, deadLetter: true });
  expect(retry).toMatchObject({ attempts: 3, initialDelayMs: 500, maxDelayMs: 30_000, factor: 2, jitter: 0.2 });
  expect(retry?.shouldRetry(new Error())).toBe(true);
  expect(deadLetter).toMatchObject({ create: false, maxShare: 0.5 });
  expect(deadLetter?.topicOf('quakes')).toBe('quakes.dlq');
  expect(onInvalid).toBe('dead-letter');
  expect(resolve({ retry: { initialDelayMs: 60_000 } }).retry?.maxDelayMs).toBe(60_000);
});

test.for<[given: unknown, resolved: unknown]>([
  [8, { max: 8, order: 'partition', lookAhead: 400 }],
  [{ max: 8 }, { max: 8, order: 'partition', lookAhead: 400 }],
  [
    { max: 1, order: 'key' },
    { max: 1, order: 'key', lookAhead: 400 },
  ],
  [
    { max: 8, order: 'key', lookAhead: 100 },
    { max: 8, order: 'key', lookAhead: 100 },
  ],
  [{ max: 1 }, undefined],
])('concurrency %j', ([concurrency, resolved]) => {
  expect(resolve({ concurrency, batchSize: 100 }).concurrency).toEqual(resolved);
});

test('a dead letter may be one topic, or made of the source; both are asked for each named input', () => {
  expect(resolve({ deadLetter: { topic: 'parked' } }).deadLetter?.topicOf('quakes')).toBe('parked');
  expect(resolve({ deadLetter: { topic: (from: string) => `x-${from}` } }).deadLetter?.topicOf('quakes')).toBe('x-quakes');
  expect(resolve({ inputTopics: '^q.*', deadLetter: true }).deadLetter?.topicOf('q1')).toBe('q1.dlq');
});

test('the client that parks connects as the consumer does, and leaves it to the broker what is too large', () => {
  const { deadLetter } = resolve({ deadLetter: true, kafkaConfig: { 'security.protocol': 'ssl' } });
  const config = new Map(deadLetter?.config);
  expect(config.get('bootstrap.servers')).toBe('a:1');
  expect(config.get('security.protocol')).toBe('ssl');
  expect(config.get('acks')).toBe('all');
  expect(config.get('partitioner')).toBe('consistent_random');
  expect(Number(config.get('message.max.bytes'))).toBeGreaterThan(10_000_000);
});

test.for<[options: object, fault: string]>([
  [{ retry: { attempts: 0 } }, 'retry.attempts: must be an integer from 1 to 1000000, got 0'],
  [{ retry: { initialDelayMs: 0 } }, 'retry.initialDelayMs: must be an integer from 1 to 2147483647, got 0'],
  [{ retry: { initialDelayMs: 100, maxDelayMs: 50 } }, 'retry.maxDelayMs: must be an integer from 100 to 2147483647, got 50'],
  [{ retry: { factor: 0.5 } }, 'retry.factor: must be a number from 1 to 1000, got 0.5'],
  [{ retry: { jitter: 2 } }, 'retry.jitter: must be a number from 0 to 1, got 2'],
  [{ retry: { shouldRetry: true } }, 'retry.shouldRetry: must be a function, got true'],
  [{ retry: { tries: 3 } }, 'retry.tries: is not an option'],
  [{ deadLetter: { topic: 5 } }, 'deadLetter.topic: must be a topic, or a function that makes one of the source topic'],
  [{ deadLetter: { topic: 'a b' } }, 'deadLetter.topic: "a b" is no topic name (1 to 249 of a-z, A-Z, 0-9, ".", "_" and "-")'],
  [{ deadLetter: { topic: () => undefined } }, 'deadLetter.topic: is a undefined for "quakes"'],
  [{ deadLetter: { topic: 'alerts' } }, 'deadLetter.topic: "alerts" is read as well: what is parked would come back for ever'],
  [{ deadLetter: { maxShare: 0 } }, 'deadLetter.maxShare: must be a number above 0 to 1, got 0'],
  [{ deadLetter: { create: 'yes' } }, 'deadLetter.create: must be true or false, got another text'],
  [{ concurrency: { order: 'key' } }, 'concurrency.max: is missing'],
  [{ concurrency: { max: 2, order: 'id' } }, 'concurrency.order: must be "partition" or "key", got another text'],
  [{ concurrency: { max: 2, lookAhead: 10 } }, 'concurrency.lookAhead: must be an integer from 500 to 10000000, got 10'],
])('%j', ([options, fault]) => {
  expect(faults(options)).toContain(fault);
});

import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { DEFAULT_HISTORY_MAX_BYTES } from '../../../src/message/ref-json.js';
import { type ProducerOptions, resolveProducerOptions } from '../../../src/settings/producer-options.js';
import { unchecked } from '../../../src/settings/schemas.js';
import { faultsOf, producerOptions } from './options.js';

function resolve(options: object = {}): ReturnType<typeof resolveProducerOptions> {
  return resolveProducerOptions({ ...producerOptions, ...options } as ProducerOptions);
}

const faults = (options: object): string[] => faultsOf(() => resolve(options));
const configOf = (options: object = {}): Record<string, string> => Object.fromEntries(resolve(options).config);

test('three options are enough; the rest has defaults', () => {
  expect(resolve()).toMatchObject({
    svc: 'rank',
    outputTopics: ['alerts'],
    bootstrapServers: 'localhost:9092',
    ignoreLargeMessageErrors: false,
    history: { maxBytes: DEFAULT_HISTORY_MAX_BYTES },
    closeTimeoutMs: 30_000,
    warnings: [],
  });
});

test('librdkafka is given the defaults, who and where', () => {
  expect(configOf()).toMatchObject({
    'bootstrap.servers': 'localhost:9092',
    'client.id': `rank-${hostname()}`,
    acks: 'all',
    'enable.idempotence': 'true',
    'compression.type': 'snappy',
    'linger.ms': '5',
    partitioner: 'consistent_random',
  });
});

test('the longer name of a default replaces it', () => {
  const config = configOf({ kafkaProducerConfig: { 'queue.buffering.max.ms': 50, 'compression.codec': 'zstd' } });
  expect(config).toMatchObject({ 'queue.buffering.max.ms': '50', 'compression.codec': 'zstd' });
  expect(config).not.toHaveProperty(['linger.ms']);
  expect(config).not.toHaveProperty(['compression.type']);
});

test.each([
  ['kafkaProducerConfig', 'acks', 1],
  ['kafkaProducerConfig', 'request.required.acks', '0'],
  ['kafkaProducerConfig', 'retries', 0],
  ['kafkaProducerConfig', 'message.send.max.retries', 0],
  ['kafkaProducerConfig', 'max.in.flight', 6],
  ['kafkaConfig', 'max.in.flight.requests.per.connection', '100'],
  ['kafkaProducerConfig', 'queuing.strategy', 'lifo'],
])('%s %s=%j switches idempotence off with a warning', (option, key, value) => {
  const resolved = resolve({ [option]: { [key]: value } });
  expect(Object.fromEntries(resolved.config)).toMatchObject({ 'enable.idempotence': 'false', [key]: String(value) });
  expect(resolved.warnings.at(-1)).toContain(`enable.idempotence is switched off because ${option}["${key}"] is ${value}`);
});

test.each([
  ['acks', 'all'],
  ['acks', '-1'],
  ['retries', 5],
  ['max.in.flight', 5],
  ['queuing.strategy', 'fifo'],
])('%s=%j goes with idempotence, without a warning', (key, value) => {
  const { config, warnings } = resolve({ kafkaProducerConfig: { [key]: value } });
  expect(Object.fromEntries(config)['enable.idempotence']).toBe('true');
  expect(warnings.filter((warning) => !warning.includes('deprecated'))).toEqual([]);
});

test('asking for idempotence and for what excludes it is a fault for each', () => {
  const kafkaProducerConfig = { 'enable.idempotence': true, acks: 1, retries: 0 };
  expect(faults({ kafkaProducerConfig })).toEqual([
    'kafkaProducerConfig["acks"]: is 1, but enable.idempotence=true needs acks=all: change one of the two',
    'kafkaProducerConfig["retries"]: is 0, but enable.idempotence=true needs retries >= 1: change one of the two',
  ]);
});

test('switching idempotence off by name is taken at its word', () => {
  const { config, warnings } = resolve({ kafkaProducerConfig: { 'enable.idempotence': 'false', acks: 1 } });
  expect(Object.fromEntries(config)).toMatchObject({ 'enable.idempotence': 'false', acks: '1' });
  expect(warnings).toEqual([]);
});

test.each([
  ['svc', undefined, 'svc: is missing'],
  ['outputTopics', '^a', 'outputTopics: "^a" is a pattern; an output must be one topic'],
  ['outputTopics', {}, 'outputTopics: must be a topic, a list of topics or a map from topic to schema'],
  ['outputTopics', { '^a': unchecked() }, 'outputTopics: "^a" is a pattern; an output must be one topic'],
  ['ignoreLargeMessageErrors', 1, 'ignoreLargeMessageErrors: must be true or false, got 1'],
  ['history', 5, 'history: must be an object, e.g. { maxBytes: 65536 }'],
  ['history', { maxBytes: -1 }, 'history.maxBytes: must be an integer from 0 to 1000000000, got -1'],
  ['history', { maxByte: 1 }, 'history.maxByte: is not an option; did you mean maxBytes?'],
  ['exactlyOnce', true, 'exactlyOnce: is not available yet in this version: leave it out'],
  ['topic', 'a', 'topic: is not an option'],
  ['closeTimeoutMs', 0, 'closeTimeoutMs: must be an integer from 1 to 2147483647, got 0'],
])('%s = %j is refused', (name, value, fault) => {
  expect(faults({ [name]: value })).toEqual([fault]);
});

test('the result is frozen', () => {
  const resolved = resolve({ history: { maxBytes: 5 } });
  expect(resolved.history).toEqual({ maxBytes: 5 });
  for (const part of [resolved, resolved.config, resolved.history, resolved.outputTopics]) expect(Object.isFrozen(part)).toBe(true);
});

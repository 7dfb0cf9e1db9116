import { expect, test } from 'vitest';
import { resolveConsumerOptions } from '../../../src/settings/consumer-options.js';
import { resolveProducerOptions } from '../../../src/settings/producer-options.js';
import { consumerOptions, faultsOf, producerOptions } from './options.js';

/** As it comes from a file or the environment: own keys, whatever their names. */
const parsed = (text: string): never => JSON.parse(text) as never;

test.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])('"%s" is an unknown key, not a prototype', (name) => {
  const config = parsed(`{"${name}":{"security.protocol":"ssl","polluted":1}}`);
  expect(faultsOf(() => resolveConsumerOptions({ ...consumerOptions, kafkaConfig: config }))).toEqual([
    expect.stringContaining(`kafkaConfig["${name}"]: is not a key of librdkafka`),
  ]);
  expect(faultsOf(() => resolveProducerOptions({ ...producerOptions, kafkaProducerConfig: config }))).toHaveLength(1);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('as an option it is unknown too', () => {
  const options = parsed('{"__proto__":{"svc":"x"},"bootstrapServers":"localhost:9092","outputTopics":"t"}');
  expect(faultsOf(() => resolveProducerOptions(options))).toEqual(['__proto__: is not an option', 'svc: is missing']);
});

test('what stands in a prototype is not a setting', () => {
  const config = Object.create({ 'security.protocol': 'ssl' }) as object;
  const { config: entries } = resolveProducerOptions({ ...producerOptions, kafkaConfig: config });
  expect(new Map(entries).has('security.protocol')).toBe(false);
});

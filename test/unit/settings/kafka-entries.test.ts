import { expect, test } from 'vitest';
import { resolveConsumerOptions } from '../../../src/settings/consumer-options.js';
import { resolveProducerOptions } from '../../../src/settings/producer-options.js';
import { consumerOptions, producerOptions } from './options.js';

test.each<[config: Record<string, string | number>, backoff: string | undefined]>([
  [{}, undefined],
  [{ 'security.protocol': 'sasl_plaintext', 'sasl.mechanism': 'GSSAPI' }, undefined],
  [{ 'security.protocol': 'SSL' }, '1000'],
  [{ 'security.protocol': 'sasl_ssl', 'sasl.mechanism': 'GSSAPI', 'reconnect.backoff.max.ms': 500 }, '500'],
  [{ 'security.protocol': 'ssl', 'reconnect.backoff.ms': 50 }, '50'],
])('over TLS reconnects are slower unless told otherwise: %j', (kafkaConfig, backoff) => {
  const entry = (entries: readonly (readonly [string, string])[]) => new Map(entries).get('reconnect.backoff.ms');
  expect(entry(resolveProducerOptions({ ...producerOptions, kafkaConfig }).config)).toBe(backoff);
  expect(entry(resolveConsumerOptions({ ...consumerOptions, kafkaConfig }).config)).toBe(backoff);
});

import { expect, test } from 'vitest';
import { resolveConsumerOptions } from '../../../src/settings/consumer-options.js';
import { resolveProducerOptions } from '../../../src/settings/producer-options.js';
import { resolveRawProducerConfig } from '../../../src/settings/raw-config.js';
import { consumerOptions, faultsOf, producerOptions } from './options.js';

const oauthToken = () => ({ token: 'x', lifetimeMs: 1_000 });
const sasl = { 'security.protocol': 'sasl_ssl' } as const;
const faults = (options: object): string[] => faultsOf(() => resolveProducerOptions({ ...producerOptions, ...options }));

test('it sets the mechanism and is passed on', () => {
  for (const resolved of [
    resolveProducerOptions({ ...producerOptions, kafkaConfig: sasl, oauthToken }),
    resolveConsumerOptions({ ...consumerOptions, kafkaConfig: sasl, oauthToken }),
    resolveConsumerOptions({ ...consumerOptions, kafkaConfig: { ...sasl, 'sasl.mechanisms': 'OAUTHBEARER' }, oauthToken }),
  ]) {
    expect(resolved.oauthToken).toBe(oauthToken);
    expect(resolved.config.filter(([key]) => /^sasl.mechanisms?$/.test(key)).map(([, value]) => value)).toEqual(['OAUTHBEARER']);
  }
});

test.each<[what: string, options: object, fault: RegExp]>([
  ['not a function', { kafkaConfig: { ...sasl, 'sasl.mechanism': 'OAUTHBEARER' }, oauthToken: 'MARK' }, /^oauthToken: must be a function/],
  [
    'another mechanism',
    { kafkaConfig: { ...sasl, 'sasl.mechanism': 'GSSAPI' }, oauthToken },
    /oauthToken: has no place with another sasl.mechanism/,
  ],
  [
    'OIDC as well',
    { kafkaConfig: { ...sasl, 'sasl.oauthbearer.method': 'oidc' }, oauthToken },
    /oauthToken: has no place with sasl.oauthbearer.method=oidc/,
  ],
  [
    'unsecured as well',
    { kafkaProducerConfig: { ...sasl, 'enable.sasl.oauthbearer.unsecure.jwt': true }, oauthToken },
    /oauthToken: has no place with enable/,
  ],
  ['no SASL', { oauthToken }, /oauthToken: needs security.protocol sasl_ssl/],
  ['no source of tokens', { kafkaConfig: { ...sasl, 'sasl.mechanism': 'OAUTHBEARER' } }, /^sasl.mechanism: OAUTHBEARER needs tokens/],
])('%s is a fault', (_what, options, fault) => {
  expect(faults(options)).toEqual([expect.stringMatching(fault)]);
  expect(faults(options).join()).not.toContain('MARK');
});

test('the low-level functions ask for a source of tokens too', () => {
  const config = { ...sasl, 'sasl.mechanism': 'OAUTHBEARER' } as const;
  expect(faultsOf(() => resolveRawProducerConfig('localhost:9092', config))).toEqual([expect.stringMatching(/needs tokens/)]);
  expect(faultsOf(() => resolveRawProducerConfig('localhost:9092', { ...config, 'enable.sasl.oauthbearer.unsecure.jwt': true }))).toEqual(
    [],
  );
});

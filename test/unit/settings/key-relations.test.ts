import { expect, test } from 'vitest';
import { type ConsumerOptions, resolveConsumerOptions } from '../../../src/settings/consumer-options.js';
import { type ProducerOptions, resolveProducerOptions } from '../../../src/settings/producer-options.js';
import { consumerOptions, faultsOf, producerOptions } from './options.js';

const ofConsumer = (kafkaConsumerConfig: object): string[] =>
  faultsOf(() => resolveConsumerOptions({ ...consumerOptions, kafkaConsumerConfig } as ConsumerOptions));
const ofProducer = (kafkaProducerConfig: object): string[] =>
  faultsOf(() => resolveProducerOptions({ ...producerOptions, kafkaProducerConfig } as ProducerOptions));

test.each([
  [{ 'session.timeout.ms': 400_000 }, 'session.timeout.ms', 'must not be longer than max.poll.interval.ms, 300000'],
  [{ 'fetch.max.bytes': 5000 }, 'fetch.max.bytes', 'must not be less than message.max.bytes, 1000000'],
  [{ 'receive.message.max.bytes': 5000 }, 'receive.message.max.bytes', 'must be at least fetch.max.bytes + 512, 8389120'],
  [
    { 'fetch.max.bytes': 2e6, 'receive.message.max.bytes': 2e6 },
    'receive.message.max.bytes',
    'must be at least fetch.max.bytes + 512, 2000512',
  ],
  [{ 'reconnect.backoff.ms': 20_000 }, 'reconnect.backoff.ms', 'must not be longer than reconnect.backoff.max.ms, 10000'],
  [{ 'ssl.keystore.location': '/k' }, 'ssl.keystore.location', 'needs ssl.keystore.password'],
  [{ 'https.ca.pem': 'p', 'https.ca.location': '/c' }, 'https.ca.pem', 'cannot stand beside https.ca.location: keep one of the two'],
  [{ 'sasl.mechanism': 'PLAIN', 'security.protocol': 'SASL_SSL' }, 'sasl.mechanism', 'needs sasl.username and sasl.password'],
])('a consumer with %j is told before librdkafka is asked', (config, key, message) => {
  expect(ofConsumer(config)).toEqual([`kafkaConsumerConfig["${key}"]: ${message}`]);
});

test('SASL without a mechanism would be Kerberos by accident', () => {
  expect(ofConsumer({ 'security.protocol': 'sasl_plaintext' })[0]).toContain('needs sasl.mechanism, e.g. PLAIN');
  expect(ofConsumer({ 'security.protocol': 'sasl_plaintext', 'sasl.kerberos.keytab': '/k' })).toEqual([]);
});

test.each([
  [{ 'delivery.timeout.ms': 5 }, 'delivery.timeout.ms', 'must be longer than linger.ms, 5'],
  [{ 'linger.ms': 900_000, 'message.timeout.ms': 1000 }, 'message.timeout.ms', 'must be longer than linger.ms, 900000'],
  [
    { 'queue.buffering.max.kbytes': 512 },
    'queue.buffering.max.kbytes',
    'must hold a message of message.max.bytes, so at least 977, or that message would be waiting for ever',
  ],
  [{ 'enable.gapless.guarantee': true, acks: 1 }, 'enable.gapless.guarantee', 'needs enable.idempotence=true'],
])('a producer with %j is told before librdkafka is asked', (config, key, message) => {
  expect(ofProducer(config)).toEqual([`kafkaProducerConfig["${key}"]: ${message}`]);
});

test.each([[{ 'session.timeout.ms': 6000 }], [{ 'fetch.max.bytes': 1_000_000 }], [{ 'message.max.bytes': 5_000_000 }]])(
  '%j is fine',
  (config) => {
    expect(ofConsumer(config)).toEqual([]);
  },
);

test('a timeout of 0 is infinite, and gapless goes with idempotence', () => {
  expect(ofProducer({ 'delivery.timeout.ms': 0, 'enable.gapless.guarantee': true })).toEqual([]);
});

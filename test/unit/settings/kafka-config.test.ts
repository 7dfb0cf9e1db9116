import { describe, expect, test } from 'vitest';
import { knownKey, toCanonicalKey, validateKafkaConfig } from '../../../src/settings/kafka-config.js';
import { KAFKA_KEYS, LIBRDKAFKA_VERSION } from '../../../src/settings/librdkafka-keys.js';

const shared = { option: 'kafkaConfig', role: 'both' } as const;
const consumer = { option: 'kafkaConsumerConfig', role: 'consumer' } as const;
const producer = { option: 'kafkaProducerConfig', role: 'producer' } as const;

function messageOf(config: unknown, place: typeof shared | typeof consumer | typeof producer = consumer): string {
  const faults = validateKafkaConfig(config, place);
  expect(faults).toHaveLength(1);
  return `${faults[0]?.key} ${faults[0]?.message}`;
}

test('the table holds the keys of the librdkafka that the engine compiles in', () => {
  expect(LIBRDKAFKA_VERSION).toBe('2.15.1');
  expect(Object.keys(KAFKA_KEYS)).toHaveLength(193);
  expect(KAFKA_KEYS['session.timeout.ms']).toEqual({ role: 'consumer', type: 'integer', min: 1, max: 3600000, default: '45000' });
  expect(KAFKA_KEYS['linger.ms']).toMatchObject({ role: 'producer', type: 'float', alias: 'queue.buffering.max.ms' });
});

describe('keys', () => {
  test('an unknown key is named with its nearest neighbour', () => {
    expect(messageOf({ 'sesion.timeout.ms': 1 })).toBe(
      'kafkaConsumerConfig["sesion.timeout.ms"] is not a key of librdkafka 2.15.1; did you mean "session.timeout.ms"?',
    );
  });

  test('a key of Java that has no neighbour is only refused', () => {
    expect(messageOf({ 'key.deserializer.class.name': 'x' })).toBe(
      'kafkaConsumerConfig["key.deserializer.class.name"] is not a key of librdkafka 2.15.1',
    );
  });

  test('a key of the other role says where it belongs', () => {
    expect(messageOf({ acks: 'all' })).toContain('is a producer key and has no effect on a consumer; put it into kafkaProducerConfig');
    expect(messageOf({ 'session.timeout.ms': 45000 }, producer)).toContain('is a consumer key');
    expect(messageOf({ 'session.timeout.ms': 45000 }, shared)).toContain(
      'kafkaConfig holds only what consumers and producers share; put it into kafkaConsumerConfig',
    );
  });

  test('keys of both roles may stand in any place', () => {
    for (const place of [shared, consumer, producer]) expect(validateKafkaConfig({ 'socket.timeout.ms': 1000 }, place)).toEqual([]);
  });

  test('a callback cannot be configured', () => {
    expect(messageOf({ rebalance_cb: 'x' })).toContain('callback');
  });

  test('names of the object prototype are not keys', () => {
    expect(knownKey('constructor')).toBeUndefined();
    expect(messageOf({ toString: 'x' })).toContain('is not a key');
  });

  test('an alias stands for its key', () => {
    expect(toCanonicalKey('acks')).toBe('request.required.acks');
    expect(toCanonicalKey('client.id')).toBe('client.id');
  });
});

describe('values', () => {
  test.each([
    ['session.timeout.ms', 45000],
    ['session.timeout.ms', '45000'],
    ['enable.auto.commit', false],
    ['enable.auto.commit', 'FALSE'],
    ['check.crcs', 1],
    ['isolation.level', 'READ_COMMITTED'],
    ['client.id', 'x'],
    ['client.id', 5],
    ['debug', 'cgrp, -fetch,+topic'],
  ])('%s takes %j', (key, value) => {
    expect(validateKafkaConfig({ [key]: value }, consumer)).toEqual([]);
  });

  test.each([
    ['acks', 'all'],
    ['acks', -1],
    ['acks', '1'],
    ['linger.ms', 0.5],
    ['compression.type', 'zstd'],
    ['partitioner', 'murmur2_random'],
  ])('a producer takes %s = %j', (key, value) => {
    expect(validateKafkaConfig({ [key]: value }, producer)).toEqual([]);
  });

  test.each([
    ['session.timeout.ms', 0, 'must be an integer from 1 to 3600000, got 0'],
    ['session.timeout.ms', 1.5, 'must be an integer from 1 to 3600000, got 1.5'],
    ['session.timeout.ms', '10abc', 'must be an integer from 1 to 3600000, got "10abc"'],
    ['session.timeout.ms', '', 'must be an integer'],
    ['session.timeout.ms', Number.NaN, 'must be an integer'],
    ['session.timeout.ms', true, 'must be an integer'],
    ['enable.auto.commit', 'yes', 'must be true or false, got "yes"'],
    ['isolation.level', 'dirty', 'must be one of read_uncommitted, read_committed, got "dirty"'],
    ['debug', 'cgrp,everything', 'must be a comma-separated list of generic, broker'],
    ['client.id', true, 'must be a string, got true'],
    ['client.id', undefined, 'is undefined (an environment variable that is not set?)'],
    ['client.id', null, 'is null'],
    ['client.id', ['a'], 'must be a string, number or boolean, got a list'],
    ['client.id', {}, 'must be a string, number or boolean, got an object'],
  ])('%s refuses %j', (key, value, message) => {
    expect(messageOf({ [key]: value })).toContain(message);
  });

  test.each([
    ['acks', 'most', 'must be an integer from -1 to 1000 or all, got "most"'],
    ['linger.ms', -1, 'must be a number from 0 to 900000, got -1'],
    ['partitioner', 'round_robin', 'must be one of random, consistent'],
  ])('a producer refuses %s = %j', (key, value, message) => {
    expect(messageOf({ [key]: value }, producer)).toContain(message);
  });

  test('secrets are never quoted, nor what stands before the host of a URL, nor the value of an unknown key', () => {
    const config = { 'sasl.password': true, 'sasl.pasword': 'hunter2', 'sasl.oauthbearer.method': 'https://me:hunter2@idp' };
    const text = JSON.stringify(validateKafkaConfig(config, shared));
    expect(text).toContain('a value that is kept secret');
    expect(text).not.toContain('hunter2');
  });
});

describe('what would break a promise', () => {
  test.each([
    ['enable.auto.offset.store', true, 'when they are read'],
    ['bootstrap.servers', 'h:1', 'is set by the option bootstrapServers'],
    ['metadata.broker.list', 'h:1', 'is set by the option bootstrapServers'],
    ['group.id', 'g', 'is set by the option groupId'],
    ['enable.partition.eof', true, 'not a message'],
    ['offset.store.method', 'file', 'on this machine'],
    ['max.poll.records', 500, 'The option batchSize is what you want'],
    ['share.acknowledgement.mode', 'explicit', 'only share consumers'],
    ['sasl.oauthbearer.metadata.authentication.type', 'aws_iam', 'fetches no token'],
  ])('%s = %j is refused', (key, value, why) => {
    expect(messageOf({ [key]: value })).toContain(why);
  });

  test('their harmless values are taken', () => {
    expect(
      validateKafkaConfig({ 'enable.auto.offset.store': false, 'enable.auto.commit': 'false', 'offset.store.method': 'broker' }, consumer),
    ).toEqual([]);
  });

  test.each([
    ['delivery.report.only.error', true],
    ['transactional.id', 'x'],
  ])('a producer refuses %s', (key, value) => {
    expect(validateKafkaConfig({ [key]: value }, producer)).toHaveLength(1);
  });
});

test('all faults are listed, not the first', () => {
  expect(validateKafkaConfig({ a: 1, 'session.timeout.ms': 0, acks: 1, 'client.id': 'fine' }, consumer)).toHaveLength(3);
});

test.each([[null], ['text'], [5], [[]]])('%j is no configuration', (config) => {
  expect(messageOf(config)).toBe('kafkaConsumerConfig must be an object of librdkafka keys');
});

test('no configuration is fine', () => {
  expect(validateKafkaConfig(undefined, shared)).toEqual([]);
});

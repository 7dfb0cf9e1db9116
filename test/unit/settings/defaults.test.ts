import { expect, test } from 'vitest';
import { defaultConsumerConfig } from '../../../src/settings/consumer-defaults.js';
import { validateKafkaConfig } from '../../../src/settings/kafka-config.js';
import { defaultProducerConfig } from '../../../src/settings/producer-defaults.js';

test('every default is a key and a value that librdkafka takes', () => {
  for (const protocol of ['classic', 'consumer'] as const) {
    expect(validateKafkaConfig(defaultConsumerConfig(protocol), { option: 'defaults', role: 'consumer' })).toEqual([]);
  }
  expect(validateKafkaConfig(defaultProducerConfig(), { option: 'defaults', role: 'producer' })).toEqual([]);
});

test('the classic protocol is the default', () => {
  expect(defaultConsumerConfig()).toEqual(defaultConsumerConfig('classic'));
  expect(defaultConsumerConfig('consumer')).not.toHaveProperty(['session.timeout.ms']);
});

test('each call gives a fresh object', () => {
  const first = defaultProducerConfig();
  first.acks = '0';
  expect(defaultProducerConfig().acks).toBe('all');
});

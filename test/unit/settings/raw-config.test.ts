import { expect, test } from 'vitest';
import type { ConsumerConfig } from '../../../src/settings/librdkafka-config.js';
import { resolveRawConsumerConfig, resolveRawProducerConfig } from '../../../src/settings/raw-config.js';
import { faultsOf } from './options.js';

test('the low-level functions stand on the same defaults', () => {
  const consumer = resolveRawConsumerConfig(['a:1', 'b:2'], 'g', { 'fetch.min.bytes': 5 });
  expect(consumer.bootstrapServers).toBe('a:1,b:2');
  expect(Object.fromEntries(consumer.config)).toMatchObject({
    'bootstrap.servers': 'a:1,b:2',
    'group.id': 'g',
    'fetch.min.bytes': '5',
    'enable.auto.commit': 'false',
  });
  const producer = resolveRawProducerConfig('a:1', { 'client.id': 'mine' });
  expect(Object.fromEntries(producer.config)).toMatchObject({ acks: 'all', 'client.id': 'mine' });
  expect(Object.fromEntries(producer.config)).not.toHaveProperty(['group.id']);
});

test('their faults are told all at once as well', () => {
  expect(faultsOf(() => resolveRawConsumerConfig('', '', { acks: 1 } as ConsumerConfig)).map((fault) => fault.split(':')[0])).toEqual([
    'bootstrapServers',
    'groupId',
    'config["acks"]',
  ]);
  expect(faultsOf(() => resolveRawProducerConfig('a:b'))).toHaveLength(1);
});

import { expectTypeOf, test } from 'vitest';
import type { ConsumerConfig, ProducerConfig, SharedConfig } from '../../../src/settings/librdkafka-config.js';

test('a Record<string, string> made of the environment is assignable', () => {
  expectTypeOf<Record<string, string>>().toExtend<SharedConfig>();
  expectTypeOf<Record<string, string>>().toExtend<ConsumerConfig>();
  expectTypeOf<Record<string, string>>().toExtend<ProducerConfig>();
});

test('a name that librdkafka does not have, or of the other role, does not compile', () => {
  const good: ConsumerConfig = {
    'session.timeout.ms': 45000,
    'client.id': 'x',
    'enable.auto.commit': false,
    'isolation.level': 'read_committed',
  };
  // @ts-expect-error a typing error
  const typo: ConsumerConfig = { 'sesion.timeout.ms': 45000 };
  // @ts-expect-error a producer's key
  const role: ConsumerConfig = { acks: 'all' };
  // @ts-expect-error a consumer's key
  const shared: SharedConfig = { 'session.timeout.ms': 45000 };
  // @ts-expect-error an option of its own
  const own: ConsumerConfig = { 'group.id': 'g' };
  // @ts-expect-error a number is no boolean
  const type: ConsumerConfig = { 'enable.auto.commit': 1 };
  expectTypeOf([good, typo, role, shared, own, type]).toBeArray();
});

test('every value may be a text, so a wrong word is found by the constructor and not by the compiler: the price of the first test', () => {
  const wrong: ProducerConfig = { 'compression.type': 'gzipp' };
  expectTypeOf(wrong).toExtend<ProducerConfig>();
});

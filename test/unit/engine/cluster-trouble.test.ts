import { expect, test } from 'vitest';
import { ClusterTrouble } from '../../../src/engine/cluster-trouble.js';
import { codeOf } from '../../../src/engine/codes.js';
import { KafkaException } from '../../../src/errors.js';

const error = (kafkaName: string): KafkaException =>
  new KafkaException('KAFKA', `${kafkaName} happened`, { kafkaCode: codeOf(kafkaName) as number, kafkaName });

test.for([
  ['_ALL_BROKERS_DOWN', true],
  ['_AUTHENTICATION', true],
  ['TOPIC_AUTHORIZATION_FAILED', true],
  ['UNKNOWN_TOPIC_OR_PART', true],
  ['_TRANSPORT', false],
  ['NOT_COORDINATOR', false],
] as const)('%s makes a client unready: %s', ([name, counts]) => {
  const trouble = new ClusterTrouble();
  trouble.note(error(name), 1_000);
  expect(trouble.reasons(1_000)).toEqual(counts ? [{ code: 'cluster', affects: 'ready', text: `${name} happened` }] : []);
});

test('it is over when it has not been told again for 30 s, or when the cluster has answered', () => {
  const trouble = new ClusterTrouble();
  trouble.note(error('_ALL_BROKERS_DOWN'), 0);
  trouble.note(error('_ALL_BROKERS_DOWN'), 10_000);
  expect(trouble.reasons(40_000)).toHaveLength(1);
  expect(trouble.reasons(40_001)).toEqual([]);
  trouble.note(error('_ALL_BROKERS_DOWN'), 50_000);
  trouble.clear();
  expect(trouble.reasons(50_000)).toEqual([]);
});

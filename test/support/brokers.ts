/** What the conformance suite must know of the broker it runs on: how to be quick there, and nothing else. */
import { inject } from 'vitest';
import type { ConsumerConfig, ConsumerOptions } from '../../src/index.js';
import { QUICK } from '../scenarios/kit.js';
import '../setup/provided.js';

/** A real Kafka refuses the embedded broker's short session, and needs none. */
const QUICK_ON: Readonly<Record<'embedded' | 'kafka', ConsumerConfig>> = {
  embedded: QUICK,
  kafka: { 'auto.offset.reset': 'earliest', 'fetch.wait.max.ms': 10 },
};

export const brokerKind = inject('brokerKind');
/** Settings of a consumer that make this broker quick. */
export const quick = QUICK_ON[brokerKind];
export const broker = { bootstrapServers: inject('bootstrapServers') };

let last = 0;
/** A name for a topic or group that nobody else uses. */
export const fresh = (what: string): string => `${what}-${process.pid}-${Date.now()}-${++last}`;

/** Options of a member of the group, on this broker. */
export function memberOf(groupId: string, options: Partial<ConsumerOptions> & Pick<ConsumerOptions, 'inputTopics'>): ConsumerOptions {
  return { ...broker, groupId, consumerTimeoutMs: 20, logger: false, kafkaConsumerConfig: quick, ...options };
}

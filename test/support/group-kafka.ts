/** A Kafka for tests of groups: rebalances that take a second and not ten, and how members say which protocol they speak. */
import { type RunningKafka, startKafka } from '../../scripts/kafka/cluster.mjs';
import type { ConsumerConfig } from '../../src/index.js';

/** Members hear of a rebalance with their next heartbeat: every 3 s by default. With KIP-848 it is the broker that sets the pace. */
export const PROTOCOLS = {
  eager: { 'partition.assignment.strategy': 'range', 'heartbeat.interval.ms': 300 },
  cooperative: { 'partition.assignment.strategy': 'cooperative-sticky', 'heartbeat.interval.ms': 300 },
  kip848: { 'group.protocol': 'consumer' },
} as const satisfies Record<string, ConsumerConfig>;

export const PROTOCOL_NAMES = Object.keys(PROTOCOLS) as readonly (keyof typeof PROTOCOLS)[];

const HEARTBEAT_MS = '500';

/** One broker whose topics have so many partitions. */
export function startGroupKafka(partitions: number): Promise<RunningKafka> {
  const heartbeat = { 'group.consumer.heartbeat.interval.ms': HEARTBEAT_MS, 'group.consumer.min.heartbeat.interval.ms': HEARTBEAT_MS };
  return startKafka({ properties: { ...heartbeat, 'num.partitions': String(partitions) } });
}

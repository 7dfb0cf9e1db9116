/** Settings layer: what a consumer sets unless told otherwise, each entry with its reason. */
import { CERTIFICATE_DEFAULTS } from './certificate-defaults.js';

/** However few partitions share the memory of `queued.max.messages.kbytes`: more is no faster. */
export const MOST_PARTITION_KBYTES = 8192;

export type GroupProtocol = 'classic' | 'consumer';

/** The library's defaults for a consumer, as librdkafka keys; a fresh object each time. `kafkaConfig` and `kafkaConsumerConfig` override each.
 *  @see librdkafka CONFIGURATION.md for the keys */
export function defaultConsumerConfig(protocol: GroupProtocol = 'classic'): Record<string, string> {
  return {
    // As the Python services: a new group begins with what is new. The consumer commits the start it chose, so it holds only once.
    'auto.offset.reset': 'latest',
    // Positions are committed once their messages are handled, never because they were read.
    'enable.auto.commit': 'false',
    'enable.auto.offset.store': 'false',
    // Batches of hundreds: Python's 100 means a fetch for nearly every batch (3.3 k msg/s measured, 9.7 k with this).
    'queued.min.messages': '100000',
    // For all partitions together, divided before the group is joined (consumer/queue-limits.ts), where librdkafka would count it for each: its 64 MB
    // each took 650 MB in all where this takes 200 at the same speed.
    'queued.max.messages.kbytes': '49152',
    // After a full queue librdkafka waits 1000 ms before it fetches again: a fast consumer would stall a second at a time.
    'fetch.queue.backoff.ms': '10',
    // One fetch a broker is under way at a time: while the partitions with a backlog have full queues it asks for the idle ones only and waits for
    // them, at librdkafka's 500 ms long enough to empty the queues. Measured with one idle partition: 18 k msg/s at 500, 75 k at 100, 115 k at 50.
    'fetch.wait.max.ms': '50',
    // librdkafka skips the check by default: a record damaged on disk would be handed out, or pass for a record that is not there.
    'check.crcs': 'true',
    ...(protocol === 'consumer' ? CONSUMER_PROTOCOL : CLASSIC_PROTOCOL),
    ...CERTIFICATE_DEFAULTS,
  };
}

const CLASSIC_PROTOCOL = {
  'group.protocol': 'classic',
  // Python's 10 s loses the partitions in a long garbage collection or a slow broker failover; 45 s is Kafka's own default since 3.0.
  'session.timeout.ms': '45000',
  // librdkafka's default, said aloud: members of one group must share a strategy, and the Python services have this one.
  'partition.assignment.strategy': 'range,roundrobin',
} as const;

// KIP-848: session timeout, heartbeat and assignor are the broker's; naming them is an error.
const CONSUMER_PROTOCOL = { 'group.protocol': 'consumer' } as const;

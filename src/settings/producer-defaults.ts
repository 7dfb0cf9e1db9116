/** Settings layer: what a producer sets unless told otherwise, each entry with its reason. */
import { CERTIFICATE_DEFAULTS } from './certificate-defaults.js';

/** The library's defaults for a producer, as librdkafka keys; a fresh object each time. `kafkaConfig` and `kafkaProducerConfig` override each.
 *  @see librdkafka CONFIGURATION.md for the keys */
export function defaultProducerConfig(): Record<string, string> {
  return {
    // A delivery means: no single broker's loss can lose it.
    acks: 'all',
    // Retries neither duplicate nor reorder. Retries themselves are left to delivery.timeout.ms (Python's 3 gave up on a leader change).
    'enable.idempotence': 'true',
    // As the Python services; JSON shrinks to a third at little cost.
    'compression.type': 'snappy',
    // Fills batches when nobody waits; when a caller awaits its batch the engine cuts it short.
    'linger.ms': '5',
    // CRC32 of the key, as the Python services: equal keys land on equal partitions whoever writes. (Java writers use murmur2_random.)
    partitioner: 'consistent_random',
    ...CERTIFICATE_DEFAULTS,
  };
}

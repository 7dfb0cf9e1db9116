/** Consuming: what a map knows a partition of a topic by. */

import type { TopicPartition } from '../events.js';

/** `quakes:3` */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}:${partition}`;
}

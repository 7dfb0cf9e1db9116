/** Message layer: positions as short text for logs, in the same form as the Python services' logs. */
import type { Position } from '../errors.js';

/** First and last offset handled, by topic and partition. */
export type BatchRef = Readonly<Record<string, Readonly<Record<number, readonly [first: number, last: number]>>>>;

/** `topic:partition:offset:key`, e.g. `events:0:42:id-1`. */
export function formatKafkaRef(ref: Position & { readonly key: string | null }): string {
  return `${formatPosition(ref)}:${ref.key}`;
}

/** `topic:partition:offset`, e.g. `events:0:42`. */
export function formatPosition(position: Position): string {
  return `${position.topic}:${position.partition}:${position.offset}`;
}

/** `topic[partition=first:end,…],…` where end is the offset after the last one, e.g. `events[0=10:20,1=7:8]`. */
export function formatBatchRef(batchRef: BatchRef): string {
  return Object.entries(batchRef)
    .map(([topic, partitions]) => `${topic}[${formatPartitions(partitions)}]`)
    .join(',');
}

function formatPartitions(partitions: BatchRef[string]): string {
  return Object.entries(partitions)
    .map(([partition, [first, last]]) => `${partition}=${first}:${last + 1}`)
    .join(',');
}

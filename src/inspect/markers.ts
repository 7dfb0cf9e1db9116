/** Inspecting, which dead letters have been sent back: a marker for each, in a compacted topic beside the dead-letter topic, written in the same
 *  transaction as the message. Reading them first is what makes a second redrive, or one after a crash, send nothing twice. */

import type { Reader } from '../consumer/reader.js';
import { type Admin, throwOnFailure } from '../engine/admin.js';
import { CODE } from '../engine/codes.js';
import { type KafkaException, type Position, UsageError } from '../errors.js';
import { formatPosition } from '../message/format.js';
import { isObject } from '../message/history.js';
import type { TopicRecord } from '../producer/transactional-producer.js';
import { isKafka } from '../producer/transactions.js';
import { OffsetSet } from './offset-set.js';

/** `quakes.dlq` -> `quakes.dlq.redriven` */
export function markerTopicOf(deadLetterTopic: string): string {
  return `${deadLetterTopic}.redriven`;
}

export interface Marker {
  /** the dead letter's position */
  readonly position: Position;
  /** the dead-letter topic's own id: a topic that is deleted and made anew counts its offsets from 0 again */
  readonly topicId: string;
  /** the topic it was sent to */
  readonly to: string;
  /** where it lay before it failed; null = its headers do not say */
  readonly from: Position | null;
  /** RFC 3339 */
  readonly at: string;
}

/** Key: the position. Value: the rest, as JSON. */
export function toMarkerRecord({ position, topicId, to, from, at }: Marker): TopicRecord {
  const value = JSON.stringify({ topicId, to, from: from === null ? null : formatPosition(from), at });
  return { topic: markerTopicOf(position.topic), key: formatPosition(position), value };
}

/** The positions of a dead-letter topic that have a marker. */
export class Markers {
  readonly #byPartition = new Map<number, OffsetSet>();

  has({ partition, offset }: Position): boolean {
    return this.#byPartition.get(partition)?.has(offset) ?? false;
  }

  get size(): number {
    return [...this.#byPartition.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Takes a marker in if it is one, and one of this topic. */
  add(record: { readonly key: Buffer | null; readonly value: Buffer | null }, topic: string, topicId: string): void {
    const position = readKey(record.key);
    if (position?.topic !== topic || readTopicId(record.value) !== topicId) return;
    const known = this.#byPartition.get(position.partition) ?? new OffsetSet();
    this.#byPartition.set(position.partition, known);
    known.add(position.offset);
  }
}

/** Reads all markers that are committed by now. Without a marker topic there are none. */
export async function readMarkers(reader: Reader, topic: string, topicId: string, signal?: AbortSignal): Promise<Markers> {
  const markers = new Markers();
  try {
    for await (const page of reader.pages(await reader.ranges(markerTopicOf(topic)), signal)) {
      for (const record of page) markers.add(record, topic, topicId);
    }
  } catch (error) {
    if (!isUnknownTopic(error)) throw error;
  }
  return markers;
}

/** Makes the marker topic if it is not there. @throws UsageError when it would forget markers */
export async function ensureMarkerTopic(admin: Admin, deadLetterTopic: string): Promise<void> {
  const name = markerTopicOf(deadLetterTopic);
  const config = { 'cleanup.policy': 'compact' };
  const outcomes = await admin.createTopics([{ name, partitions: 1, replicationFactor: -1, config }]);
  throwOnFailure(outcomes, [CODE.topicExists]);
  if (outcomes.every(({ error }) => error === null)) return;
  const [description] = await admin.describeTopics([name]);
  if (description !== undefined) throwOnFailure([description]);
  const policy = description?.config['cleanup.policy'];
  if (policy === 'compact') return;
  const text = `Topic "${name}" has cleanup.policy=${policy}: it would forget which dead letters were sent back, and they would be sent again`;
  throw new UsageError('USAGE_ARGUMENT', `${text}; set cleanup.policy=compact there`);
}

/** Is it the answer that there is no such topic? */
export function isUnknownTopic(error: unknown): error is KafkaException {
  return isKafka(error) && error.kafkaCode === CODE.unknownTopic;
}

function readKey(key: Buffer | null): Position | undefined {
  const found = /^([a-zA-Z0-9._-]{1,249}):(\d{1,10}):(\d{1,16})$/.exec(key?.toString('utf8') ?? '');
  if (found === null) return undefined;
  const [, topic = '', partition, offset] = found;
  return { topic, partition: Number(partition), offset: Number(offset) };
}

function readTopicId(value: Buffer | null): unknown {
  try {
    const marker: unknown = JSON.parse(value?.toString('utf8') ?? 'null');
    return isObject(marker) ? marker.topicId : undefined;
  } catch {
    // Somebody else's record: no marker.
    return undefined;
  }
}

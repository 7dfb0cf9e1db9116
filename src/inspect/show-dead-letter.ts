/** Inspecting, `show`: one record of a dead-letter topic in full, and what its value says about its history. */

import { isPhqKafkaError, type Position } from '../errors.js';
import type { Ref } from '../message/history.js';
import { unpackKafkaPayload } from '../message/unpack.js';
import type { Cluster } from './cluster.js';
import { type DeadLetter, toDeadLetter } from './dead-letter.js';
import { readMarkers } from './markers.js';
import { readTopicId } from './topic-id.js';

export interface ShownDeadLetter extends DeadLetter {
  /** sent back already */
  readonly isRedriven: boolean;
  /** the message as the failed handler knew it, with everything it came from; null = its value is a tombstone or no envelope */
  readonly lineage: Ref | null;
  /** why there is no lineage; null = there is one, or the record is a tombstone */
  readonly unreadable: string | null;
}

/** The record at that position, or undefined when nothing lies there. @throws KafkaException UNKNOWN_TOPIC_OR_PART; the signal's reason */
export async function showDeadLetter(
  { reader, admin }: Cluster,
  position: Position,
  signal?: AbortSignal,
): Promise<ShownDeadLetter | undefined> {
  const { topic, partition, offset } = position;
  const range = (await reader.ranges(topic)).find((found) => found.partition === partition);
  if (range === undefined || offset < range.from || offset >= range.until) return undefined;
  const record = await reader.record(position, signal);
  if (record === undefined) return undefined;
  const markers = await readMarkers(reader, topic, await readTopicId(admin, topic), signal);
  const letter = toDeadLetter(record);
  return { ...letter, isRedriven: markers.has(record), ...readLineage(letter) };
}

function readLineage({ record, facts }: DeadLetter): Pick<ShownDeadLetter, 'lineage' | 'unreadable'> {
  try {
    const unpacked = unpackKafkaPayload(record);
    if (unpacked === null) return { lineage: null, unreadable: null };
    // The dead letter is a copy: its message lay where the headers say.
    return { lineage: { ...unpacked.ref, ...facts?.from }, unreadable: null };
  } catch (error) {
    if (!isPhqKafkaError(error)) throw error;
    return { lineage: null, unreadable: error.message };
  }
}

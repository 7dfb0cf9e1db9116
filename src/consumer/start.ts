/** Consuming, where a partition starts that has no committed position. `latest` would lose what was written while nobody owned the partition, so it
 *  holds for a group's first start only; everything else starts at the beginning. */

import type { OffsetAnswerJson, WatermarksJson } from '../engine/native.js';
import { KafkaException, type Position } from '../errors.js';
import type { ConsumerEvents, TopicPartition } from '../events.js';

export type StartPolicy = 'earliest' | 'latest' | 'error';
export type Reset = ConsumerEvents['consumer.reset'];

/** What deciding needs to ask the cluster. */
export interface StartPort {
  /** the group's committed positions; offset -1 = none */
  committed(of: readonly TopicPartition[]): Promise<readonly OffsetAnswerJson[]>;
  watermarks(of: readonly TopicPartition[]): Promise<readonly WatermarksJson[]>;
  partitionsOf(topic: string): Promise<readonly number[]>;
}

export interface Starts {
  /** every partition that was asked about, offset = where it starts */
  readonly starts: readonly Position[];
  /** those of them that had no committed position: they are to be committed before anything is handled */
  readonly resets: readonly Reset[];
}

/** The generation in which a group comes into being: members that start together may already see each other's first commits. */
const FIRST_GENERATION = 1;

/** Where the partitions start. @throws KafkaException _NO_OFFSET under the policy 'error' when one has no committed position */
export async function decideStarts(
  partitions: readonly TopicPartition[],
  generation: number,
  policy: StartPolicy,
  port: StartPort,
): Promise<Starts> {
  const committed = await port.committed(partitions);
  const found = committed.filter(({ offset }) => offset >= 0).map(({ topic, partition, offset }) => ({ topic, partition, offset }));
  const open = committed.filter(({ offset }) => offset < 0);
  if (open.length === 0) return { starts: found, resets: [] };
  const known = generation === FIRST_GENERATION ? new Set<string>() : await topicsWithCommits(open, port);
  if (policy === 'error') refuse(open.filter(({ topic }) => !known.has(topic)));
  const marks = await port.watermarks(open);
  const resets = marks.map((mark) => toReset(mark, known.has(mark.topic), policy));
  return { starts: [...found, ...resets.map(({ topic, partition, to }) => ({ topic, partition, offset: to }))], resets };
}

function toReset({ topic, partition, low, high }: WatermarksJson, isKnown: boolean, policy: StartPolicy): Reset {
  const to = isKnown || policy === 'earliest' ? low : high;
  return { topic, partition, offset: to, from: null, to, count: to - low, reason: isKnown ? 'new-partition' : 'first-start' };
}

async function topicsWithCommits(open: readonly TopicPartition[], port: StartPort): Promise<Set<string>> {
  const topics = [...new Set(open.map(({ topic }) => topic))];
  const all = await Promise.all(topics.map(async (topic) => (await port.partitionsOf(topic)).map((partition) => ({ topic, partition }))));
  const committed = await port.committed(all.flat());
  return new Set(committed.filter(({ offset }) => offset >= 0).map(({ topic }) => topic));
}

function refuse([first]: readonly TopicPartition[]): void {
  if (first === undefined) return;
  const { topic, partition } = first;
  throw new KafkaException(
    'KAFKA',
    `Starting ${topic}:${partition}: the group has no committed position and auto.offset.reset is 'error'; commit a position for it, or set 'earliest' or 'latest'`,
    { kafkaCode: -168, kafkaName: '_NO_OFFSET' },
  );
}

/** librdkafka tells a reset of an unreadable position only in its log. The line's form is that of the version compiled in; a scenario holds it. */
const RESET_LINE = /([\w.-]+) \[(\d+)\]: offset reset \(at offset (-?\d+)/;

/** The position that a log line says was out of range, or undefined for any other line. */
export function readResetLine(facility: string, message: string): Position | undefined {
  if (facility !== 'OFFSET') return undefined;
  const [, topic, partition, offset] = RESET_LINE.exec(message) ?? [];
  return topic === undefined ? undefined : { topic, partition: Number(partition), offset: Number(offset) };
}

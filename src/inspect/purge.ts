/** Inspecting, `purge`: cuts off the front of a dead-letter topic's partitions. Kafka can delete nothing else, so what goes is shown first. */

import type { PartitionRange } from '../consumer/reader.js';
import { KafkaException, UsageError } from '../errors.js';
import type { Cluster } from './cluster.js';
import { readMarkers } from './markers.js';
import { readTopicId } from './topic-id.js';

/** Up to where to cut. */
export type CutPoint =
  /** records written before this time: up to, and without, the first that was written at or after it. Milliseconds since 1970; to a broker what
   *  is before means something else: -1 the end */
  | { readonly beforeMs: number }
  /** the record at this offset is the first to stay, in this partition; the others are not touched */
  | { readonly partition: number; readonly offset: number };

/** One partition's front. */
export interface PartitionCut {
  readonly partition: number;
  /** the first offset there now */
  readonly from: number;
  /** the first that stays */
  readonly until: number;
  readonly records: number;
  /** of them, those that have never been sent back */
  readonly notRedriven: number;
}

export interface PurgePlan {
  readonly topic: string;
  readonly records: number;
  readonly notRedriven: number;
  /** partitions that lose something */
  readonly partitions: readonly PartitionCut[];
}

/** What would go; deletes nothing. @throws KafkaException UNKNOWN_TOPIC_OR_PART when there is no such topic; UsageError when there is no such partition */
export async function planPurge(
  { admin, reader }: Cluster,
  topic: string,
  before: readonly CutPoint[],
  signal?: AbortSignal,
): Promise<PurgePlan> {
  const markers = await readMarkers(reader, topic, await readTopicId(admin, topic), signal);
  const partitions: PartitionCut[] = [];
  for (const range of await findCuts({ reader }, topic, before)) {
    const cut = { partition: range.partition, from: range.from, until: range.until, records: 0, notRedriven: 0 };
    for await (const page of reader.pages([range], signal)) {
      cut.records += page.length;
      cut.notRedriven += page.filter((record) => !markers.has(record)).length;
    }
    partitions.push(cut);
  }
  const sum = (count: (cut: PartitionCut) => number): number => partitions.reduce((total, cut) => total + count(cut), 0);
  return { topic, records: sum(({ records }) => records), notRedriven: sum(({ notRedriven }) => notRedriven), partitions };
}

/** Deletes what the plan shows, for good. @throws the signal's reason before anything is deleted; KafkaException that says which partitions were cut
 *  and which were not: POLICY_VIOLATION on a topic that is only compacted */
export async function purge({ admin }: Pick<Cluster, 'admin'>, { topic, partitions }: PurgePlan, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  if (partitions.length === 0) return;
  const outcomes = await admin.deleteRecords(partitions.map(({ partition, until }) => ({ topic, partition, offset: until })));
  const [refused] = outcomes.flatMap(({ error }) => error ?? []);
  if (refused === undefined) return;
  const list = (isCut: boolean): string => {
    const named = outcomes.filter(({ error }) => (error === null) === isCut).map(({ partition }) => partition);
    return named.length === 0 ? 'none' : named.join(', ');
  };
  const { kafkaCode, kafkaName, retriable } = refused;
  const text = `${refused.message}; partitions that were cut: ${list(true)}; that were not: ${list(false)}`;
  throw new KafkaException('KAFKA', text, { kafkaCode, kafkaName, retriable, cause: refused });
}

async function findCuts({ reader }: Pick<Cluster, 'reader'>, topic: string, before: readonly CutPoint[]): Promise<PartitionRange[]> {
  const ranges = await reader.ranges(topic);
  await assertPartitions({ reader }, topic, before);
  if (ranges.length === 0) return [];
  const untils = new Map<number, number>();
  for (const point of before) {
    if ('partition' in point) untils.set(point.partition, point.offset);
    else {
      const times = ranges.map(({ partition }) => ({ topic, partition, offset: point.beforeMs }));
      for (const { partition, offset } of await reader.questions.offsetsForTimes(times)) untils.set(partition, offset);
    }
  }
  return ranges.flatMap((range) => {
    const until = Math.min(untils.get(range.partition) ?? range.from, range.until);
    return until > range.from ? [{ ...range, until }] : [];
  });
}

/** `ranges` has only partitions that hold something: one that is misspelt must not pass for an empty one. */
async function assertPartitions({ reader }: Pick<Cluster, 'reader'>, topic: string, before: readonly CutPoint[]): Promise<void> {
  const named = before.flatMap((point) => ('partition' in point ? point.partition : []));
  if (named.length === 0) return;
  const known = await reader.questions.partitionsOf(topic);
  const absent = named.find((partition) => !known.includes(partition));
  if (absent === undefined) return;
  throw new UsageError('USAGE_ARGUMENT', `There is no partition ${absent} of "${topic}": it has ${known.length}, from 0 on`);
}

/** Consuming, before the group is joined: how much librdkafka may prefetch of each partition. It fixes that when a client is made and, since our
 *  partitions have queues of their own, counts by partition; what a user sets, and the default, is meant for all of them together. */

import { isPhqKafkaError } from '../errors.js';
import { MOST_PARTITION_KBYTES } from '../settings/consumer-defaults.js';
import type { ConfigEntries } from '../settings/kafka-entries.js';
import type { PartitionQuestions } from './partition-questions.js';

const KEY = 'queued.max.messages.kbytes';
/** Less than this and a fetch brings hardly anything; the real bound is partitions x (this + fetch.message.max.bytes). */
const LEAST_KB = 512;

/** The configuration of a client that may get so many partitions; 0 = not known. */
export function withQueueLimit(config: ConfigEntries, partitions: number): ConfigEntries {
  return config.map(([key, value]) => [key, key === KEY ? String(queueKbytes(Number(value), partitions)) : value] as const);
}

/** The share of one partition. */
export function queueKbytes(totalKbytes: number, partitions: number): number {
  const most = Math.min(totalKbytes, MOST_PARTITION_KBYTES);
  return partitions === 0 ? most : Math.min(most, Math.max(LEAST_KB, Math.floor(totalKbytes / partitions)));
}

/** How many partitions the topics have, patterns included: one member may get all of them. 0 when the cluster does not say in time; whoever joins it
 *  then hears why. */
export async function countPartitions(
  topics: readonly string[],
  questions: Pick<PartitionQuestions, 'metadata'>,
  timeoutMs: number,
): Promise<number> {
  const patterns = topics.filter((topic) => topic.startsWith('^')).map((pattern) => new RegExp(pattern));
  const names = topics.filter((topic) => !topic.startsWith('^'));
  try {
    const answers = await Promise.all(names.map((name) => questions.metadata(name, timeoutMs)));
    const all = patterns.length === 0 ? [] : (await questions.metadata(null, timeoutMs)).topics;
    const matching = all.filter(({ name }) => !names.includes(name) && patterns.some((pattern) => pattern.test(name)));
    return [...answers.flatMap((answer) => answer.topics), ...matching].reduce((sum, { partitions }) => sum + partitions.length, 0);
  } catch (error) {
    if (isPhqKafkaError(error)) return 0;
    throw error;
  }
}

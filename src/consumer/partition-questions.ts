/** What the cluster is asked about partitions, by members of a group and by readers without one: where they begin and end, and what lies where in time. */

import type { ConnectableHandle, Connection } from '../engine/connection.js';
import { toKafkaException } from '../engine/faults.js';
import type { MetadataJson, NativeConsumer, NativePartitionSpec, OffsetAnswerJson, WatermarksJson } from '../engine/native.js';
import type { TopicPartition } from '../events.js';

/** How long one question may take before its asker hears that it timed out. */
export const ASK_TIMEOUT_MS = 10_000;

/** A client that can be asked. */
export type AskedHandle = ConnectableHandle & Pick<NativeConsumer, 'watermarks' | 'offsetsForTimes'>;

export class PartitionQuestions<H extends AskedHandle = AskedHandle> {
  readonly #current: () => Connection<H>;

  /** `current`: a client may be opened anew before it is put to work. */
  constructor(current: () => Connection<H>) {
    this.#current = current;
  }

  protected get connection(): Connection<H> {
    return this.#current();
  }

  protected get handle(): H {
    return this.connection.mailbox.handle;
  }

  /** The first offset that is there and the next that can be read. */
  watermarks(of: readonly TopicPartition[]): Promise<readonly WatermarksJson[]> {
    return this.ask('Asking for watermarks', (request) => this.handle.watermarks(request, of.map(toSpec), ASK_TIMEOUT_MS));
  }

  /** The first offset at or after each time (`offset` of the spec, milliseconds), the end where there is none. */
  async offsetsForTimes(of: readonly NativePartitionSpec[]): Promise<readonly OffsetAnswerJson[]> {
    const what = 'Asking for offsets by time';
    const answers = await this.ask<OffsetAnswerJson>(what, (request) => this.handle.offsetsForTimes(request, of, ASK_TIMEOUT_MS));
    // The protocol's word for "none" is -1, with which nobody can seek.
    const late = answers.filter(({ offset }) => offset < 0);
    if (late.length === 0) return answers;
    const ends = await this.watermarks(late);
    const endOf = (p: TopicPartition): number => ends.find((end) => end.topic === p.topic && end.partition === p.partition)?.high ?? -1;
    return answers.map((answer) => (answer.offset < 0 ? { ...answer, offset: endOf(answer) } : answer));
  }

  async partitionsOf(topic: string): Promise<readonly number[]> {
    const { topics } = await this.metadata(topic, ASK_TIMEOUT_MS);
    return topics.flatMap(({ partitions }) => partitions.map(({ id }) => id));
  }

  /** null = all topics. Milliseconds. @throws KafkaException when no broker answered; a topic's own error is in the answer */
  metadata(topic: string | null, timeoutMs: number): Promise<MetadataJson> {
    const what = topic === null ? 'Asking for all topics' : `Asking for the partitions of "${topic}"`;
    return this.connection.mailbox.ask<MetadataJson>(what, (request) => this.handle.metadata(request, topic, timeoutMs));
  }

  /** One answer per partition. @throws KafkaException of the first that failed */
  protected async ask<T extends OffsetAnswerJson | WatermarksJson>(what: string, send: (request: number) => void): Promise<readonly T[]> {
    const answers = await this.connection.mailbox.ask<readonly T[]>(what, send);
    for (const { error, topic, partition } of answers) {
      if (error !== null) throw toKafkaException(error, { what: `${what} of ${topic}:${partition}` });
    }
    return answers;
  }
}

export function toSpec({ topic, partition }: TopicPartition): NativePartitionSpec {
  return { topic, partition, offset: -1 };
}

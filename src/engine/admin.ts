/** Topics from the outside: create, delete, describe, cut off at the front, and the cluster's metadata, as promises. */

import type { KafkaException, Position } from '../errors.js';
import type { OauthTokenProvider } from '../settings/oauth-token.js';
import { newAdmin } from './clients.js';
import { toKafkaException } from './faults.js';
import { Mailbox, type NewsEvent } from './mailbox.js';
import type { DescribeJson, MetadataJson, NativeAdmin, OffsetAnswerJson, TopicIdJson, TopicResultJson } from './native.js';
import { OauthTokens } from './oauth-tokens.js';

export interface NewTopic {
  readonly name: string;
  /** default 1 */
  readonly partitions?: number;
  /** default 1 */
  readonly replicationFactor?: number;
  /** the topic's configuration keys, e.g. `cleanup.policy` */
  readonly config?: Readonly<Record<string, string>>;
}

export interface AdminOptions {
  readonly config: readonly (readonly [key: string, value: string])[];
  /** for messages, e.g. `admin client of "ranker"` */
  readonly name?: string;
  readonly oauthToken?: OauthTokenProvider | undefined;
  /** Told when that gives no token. */
  onTokenError?(error: KafkaException): void;
  onNews?(event: NewsEvent): void;
  onFault?(error: unknown): void;
}

/** What became of one topic: null = done. */
export interface TopicOutcome {
  readonly name: string;
  readonly error: KafkaException | null;
}

export interface TopicDescription extends TopicOutcome {
  /** every configuration entry, the broker's defaults included; null = sensitive, so the broker does not tell */
  readonly config: Readonly<Record<string, string | null>>;
}

/** `id` tells a topic from one of the same name that was deleted; '' with an error. */
export interface TopicIdentity extends TopicOutcome {
  readonly id: string;
}

/** What became of one partition that was cut: from `offset` on its records are left. */
export interface CutOutcome extends Position {
  readonly error: KafkaException | null;
}

/** One admin connection. Deadlines are milliseconds. A request that fails as a whole rejects with a KafkaException; a topic that fails is an outcome
 *  with its own. */
export class Admin {
  readonly #mailbox: Mailbox<NativeAdmin>;
  readonly #tokens: OauthTokens | undefined;

  constructor(options: AdminOptions) {
    const { name = 'admin client', oauthToken: fetch } = options;
    this.#mailbox = new Mailbox<NativeAdmin>({
      name,
      open: (wake) => newAdmin(options.config, wake),
      onNews: (event) => options.onNews?.(event),
      onFault: (error) => options.onFault?.(error),
    });
    if (fetch === undefined) return;
    const { handle } = this.#mailbox;
    this.#tokens = new OauthTokens({ name, fetch, handle, onFailure: (error) => options.onTokenError?.(error) });
  }

  /** Creates topics; one that exists already is an outcome with TOPIC_ALREADY_EXISTS (36). */
  async createTopics(topics: readonly NewTopic[], timeoutMs = 30_000): Promise<TopicOutcome[]> {
    const native = topics.map(({ name, partitions = 1, replicationFactor = 1, config = {} }) => {
      return { name, partitions, replicationFactor, config: Object.entries(config) };
    });
    const { handle } = this.#mailbox;
    const results = await this.#mailbox.ask<TopicResultJson[]>('Creating topics', (request) =>
      handle.createTopics(request, native, timeoutMs),
    );
    return results.map((result) => toOutcome('Creating', result));
  }

  async deleteTopics(names: readonly string[], timeoutMs = 30_000): Promise<TopicOutcome[]> {
    const { handle } = this.#mailbox;
    const results = await this.#mailbox.ask<TopicResultJson[]>('Deleting topics', (request) =>
      handle.deleteTopics(request, names, timeoutMs),
    );
    return results.map((result) => toOutcome('Deleting', result));
  }

  async describeTopics(names: readonly string[], timeoutMs = 30_000): Promise<TopicDescription[]> {
    const { handle } = this.#mailbox;
    const results = await this.#mailbox.ask<DescribeJson[]>('Describing topics', (request) =>
      handle.describeTopics(request, names, timeoutMs),
    );
    return results.map((result) => ({ ...toOutcome('Describing', result), config: result.config }));
  }

  /** What the names stand for now; one that does not exist is an outcome with UNKNOWN_TOPIC_OR_PART (3). Creates nothing, as `metadata` may. */
  async topicIds(names: readonly string[], timeoutMs = 30_000): Promise<TopicIdentity[]> {
    const { handle } = this.#mailbox;
    const what = 'Looking topics up';
    const results = await this.#mailbox.ask<TopicIdJson[]>(what, (request) => handle.topicIds(request, names, timeoutMs));
    return results.map((result) => ({ ...toOutcome('Looking up', result), id: result.id }));
  }

  /** Deletes all records before each position, for good: Kafka can cut off the front of a partition, and nothing else. */
  async deleteRecords(before: readonly Position[], timeoutMs = 30_000): Promise<CutOutcome[]> {
    const { handle } = this.#mailbox;
    const what = 'Deleting records';
    const results = await this.#mailbox.ask<OffsetAnswerJson[]>(what, (request) => handle.deleteRecords(request, before, timeoutMs));
    return results.map(({ topic, partition, offset, error }) => ({
      ...{ topic, partition, offset },
      error: error === null ? null : toKafkaException(error, { what: `${what} of ${topic}:${partition}` }),
    }));
  }

  /** Brokers, topics and partitions; of one topic, or of all with null. */
  metadata(topic: string | null = null, timeoutMs = 30_000): Promise<MetadataJson> {
    const { handle } = this.#mailbox;
    return this.#mailbox.ask<MetadataJson>('Reading the metadata', (request) => handle.metadata(request, topic, timeoutMs));
  }

  async close(timeoutMs = 5_000): Promise<void> {
    this.#tokens?.end();
    await this.#mailbox.close(timeoutMs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function toOutcome(doing: string, { name, error }: TopicResultJson): TopicOutcome {
  return { name, error: error === null ? null : toKafkaException(error, { what: `${doing} topic "${name}"` }) };
}

/** Throws the first failure among the outcomes; `ignore` lists numbers that are fine, e.g. 36 when a topic may exist already. */
export function throwOnFailure(outcomes: readonly TopicOutcome[], ignore: readonly number[] = []): void {
  for (const { error } of outcomes) {
    if (error !== null && !ignore.includes(error.kafkaCode)) throw error;
  }
}

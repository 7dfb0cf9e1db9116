/** Inspecting, the topics that dead letters go back to: asked for once each, and never created by asking. */

import type { Reader } from '../consumer/reader.js';
import { CODE } from '../engine/codes.js';
import { toKafkaException } from '../engine/faults.js';
import { findTopicFault } from '../settings/topics.js';

const TIMEOUT_MS = 30_000;
/** Names come from headers; whoever writes there must not make us ask for ever. */
const MAX_TOPICS = 1_000;

export class TargetTopics {
  readonly #reader: Reader;
  readonly #partitions = new Map<string, number | undefined>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** How many partitions it has; undefined = it does not exist, or nobody has asked. */
  readonly partitionsOf = (topic: string): number | undefined => this.#partitions.get(topic);

  /** Asks for those that are not known yet. @throws KafkaException when the cluster does not say */
  async learn(topics: Iterable<string>): Promise<void> {
    for (const topic of new Set(topics)) {
      if (this.#partitions.has(topic) || this.#partitions.size >= MAX_TOPICS) continue;
      this.#partitions.set(topic, findTopicFault(topic, false) === undefined ? await this.#ask(topic) : undefined);
    }
  }

  async #ask(topic: string): Promise<number | undefined> {
    const { topics } = await this.#reader.questions.metadata(topic, TIMEOUT_MS);
    const [found] = topics;
    if (found === undefined || found.error?.code === CODE.unknownTopic) return undefined;
    if (found.error !== null) throw toKafkaException(found.error, { what: `Looking up topic "${topic}"` });
    return found.partitions.length;
  }
}

/** Inspecting, the topics that dead letters go back to: asked for once each, as long as there are not too many, and never created by asking. */

import type { Reader } from '../consumer/reader.js';
import { CODE } from '../engine/codes.js';
import { toKafkaException } from '../engine/faults.js';
import { InvariantError } from '../errors.js';
import { findTopicFault } from '../settings/topics.js';
import type { TargetState } from './redrive-decision.js';

const TIMEOUT_MS = 30_000;
/** Names come from headers; whoever writes there must not fill our memory. */
const MAX_TOPICS = 1_000;

export class TargetTopics {
  readonly #reader: Reader;
  readonly #states = new Map<string, TargetState>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** Of a topic that was learned last. */
  readonly stateOf = (topic: string): TargetState => {
    const state = this.#states.get(topic);
    if (state === undefined) throw new InvariantError('INVARIANT', `Nobody has looked up topic "${topic}"`, { state: { topic } });
    return state;
  };

  /** Asks for those that are not known yet: a page's at most, for what was known before may be forgotten for them.
   *  @throws KafkaException when the cluster does not say; the signal's reason */
  async learn(topics: Iterable<string>, signal?: AbortSignal): Promise<void> {
    const wanted = new Set(topics);
    if (this.#states.size + wanted.size > MAX_TOPICS) this.#states.clear();
    for (const topic of wanted) {
      if (this.#states.has(topic)) continue;
      signal?.throwIfAborted();
      this.#states.set(topic, findTopicFault(topic, false) === undefined ? await this.#ask(topic) : 'noTopic');
    }
  }

  async #ask(topic: string): Promise<TargetState> {
    const { topics } = await this.#reader.questions.metadata(topic, TIMEOUT_MS);
    const [found] = topics;
    if (found === undefined || found.error?.code === CODE.unknownTopic) return 'noTopic';
    if (found.error?.code === CODE.topicDenied) return 'denied';
    if (found.error !== null) throw toKafkaException(found.error, { what: `Looking up topic "${topic}"` });
    return found.partitions.length;
  }
}

/** Producing, before step 1: payloads against the schemas of their topics. What a schema makes of a payload is what is written. */

import { UsageError } from '../errors.js';
import type { OutgoingMessage } from '../message/message.js';
import { checkPayload, Refusal, type Verdict } from '../message/payload-check.js';
import type { TopicSchemas } from '../settings/schemas.js';

export interface Checking {
  readonly outputTopics: readonly string[];
  readonly outputSchemas: TopicSchemas;
  /** the topic of messages that name none */
  readonly to: string | undefined;
}

/** By message as given, the one to be written. The others are written as they are: tombstones, topics without checks, and what packing will refuse. */
export type CheckedMessages = ReadonlyMap<OutgoingMessage, OutgoingMessage>;

/** Checks a batch. A promise only when a schema gave one; then one message is checked after the other.
 *  @throws UsageError USAGE_SCHEMA naming index, topic and issues; HandlerError SCHEMA_THREW. Also as a rejection */
export function checkMessages(messages: readonly OutgoingMessage[], checking: Checking): CheckedMessages | Promise<CheckedMessages> {
  const check = new Check(messages, checking);
  const pending = check.goOn();
  return pending === undefined ? check.checked : checkLater(check, pending);
}

async function checkLater(check: Check, first: Promise<Verdict>): Promise<CheckedMessages> {
  for (let pending: Promise<Verdict> | undefined = first; pending !== undefined; pending = check.goOn()) check.settle(await pending);
  return check.checked;
}

/** The way through the messages, which stops where a schema makes it wait. */
class Check {
  readonly checked = new Map<OutgoingMessage, OutgoingMessage>();
  readonly #messages: readonly OutgoingMessage[];
  readonly #checking: Checking;
  #index = 0;
  /** the current message's, as it was when the schema was asked */
  #topic: string | undefined;

  constructor(messages: readonly OutgoingMessage[], checking: Checking) {
    this.#messages = messages;
    this.#checking = checking;
  }

  /** Checks messages up to the end, or up to one whose verdict is to be awaited and handed to `settle`. */
  goOn(): Promise<Verdict> | undefined {
    while (this.#index < this.#messages.length) {
      const message = this.#messages[this.#index];
      const topic = this.#topicOf(message);
      this.#topic = topic;
      const schema = topic === undefined ? undefined : this.#checking.outputSchemas.of(topic);
      if (message === undefined || topic === undefined || schema === undefined) {
        this.#index++;
        continue;
      }
      const place = `messages[${this.#index}]`;
      const verdict = checkPayload(schema, message.payload, () => ({ topic, place }));
      if (verdict instanceof Promise) return verdict;
      this.settle(verdict);
    }
    return undefined;
  }

  /** The current message is judged; the next one is current. */
  settle(verdict: Verdict): void {
    const index = this.#index++;
    const message = this.#messages[index] as OutgoingMessage;
    const to = this.#topic;
    if (verdict instanceof Refusal) {
      throw new UsageError('USAGE_SCHEMA', `messages[${index}] does not fit the schema of topic "${to}": ${verdict}`);
    }
    const { id, refs, record } = message;
    this.checked.set(message, { id, payload: verdict.value, refs, to, record });
  }

  #topicOf(message: unknown): string | undefined {
    if (typeof message !== 'object' || message === null) return undefined;
    const { to, tombstone } = message as OutgoingMessage;
    if (tombstone === true) return undefined;
    const { outputTopics, to: fallback } = this.#checking;
    const topic = to ?? fallback ?? (outputTopics.length === 1 ? outputTopics[0] : undefined);
    return topic !== undefined && outputTopics.includes(topic) ? topic : undefined;
  }
}

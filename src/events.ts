/** Ground floor: every event a client can raise, with what it carries, and the emitter behind `on`. One closed list; none is named `error`. */

import { type DeadLetterError, type HandlerError, type KafkaException, type PayloadError, type Position, UsageError } from './errors.js';

/** What a Producer raises. */
export interface ProducerEvents {
  /** `connect()` has heard from the cluster. */
  'producer.connected': { readonly brokers: number; readonly durationMs: number };
  /** A batch is settled: every record is acknowledged, skipped or failed. */
  'producer.delivered': { readonly delivered: number; readonly skipped: number; readonly failed: number; readonly durationMs: number };
  /** The cluster or the connection to it is in trouble; records wait and are sent again unless the error is fatal. */
  'producer.error': { readonly error: KafkaException };
  /** A line of librdkafka's own log. `level` as in syslog: 0 = emergency … 7 = debug. */
  'producer.log': { readonly level: number; readonly facility: string; readonly message: string };
  /** librdkafka's statistics (`statistics.interval.ms`), parsed. @see librdkafka STATISTICS.md */
  'producer.stats': { readonly stats: unknown };
  /** The producer is closed; `timedOut`: records were still waiting when closeTimeoutMs had passed. */
  'producer.closed': { readonly timedOut: boolean };
}

export const PRODUCER_EVENTS: readonly (keyof ProducerEvents)[] = [
  'producer.connected',
  'producer.delivered',
  'producer.error',
  'producer.log',
  'producer.stats',
  'producer.closed',
];

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** What a Consumer raises. */
export interface ConsumerEvents {
  /** `connect()` has heard from the cluster. */
  'consumer.connected': { readonly brokers: number; readonly durationMs: number };
  /** A partition does not start, or go on, at a committed position. `from`: where it stood, null when nowhere; `to`: where it starts; `count`:
   *  messages passed over. 'first-start': the group is new to the topic, `auto.offset.reset` decided; 'new-partition': the group has read the topic
   *  before, so the partition starts at its beginning; 'out-of-range': the position is not in the log any more, it goes on at the beginning. */
  'consumer.reset': Position & {
    readonly from: number | null;
    readonly to: number;
    readonly count: number;
    readonly reason: 'first-start' | 'new-partition' | 'out-of-range';
  };
  /** One handler call has run for longer than max.poll.interval.ms: its partitions are given up, the group is left until it ends. */
  'handler.stuck': { readonly heldMs: number };
  /** The stuck handler has ended and the group is joined again. */
  'handler.recovered': Readonly<Record<string, never>>;
  /** Partitions were given to this member. `protocol`: EAGER or COOPERATIVE (which is also what KIP-848 reports). */
  'consumer.assigned': { readonly partitions: readonly TopicPartition[]; readonly protocol: string };
  /** Partitions are to be given away: nothing more of them is handed out; what is handled may end and commit for `drainMs`. */
  'consumer.revoking': { readonly partitions: readonly TopicPartition[]; readonly lost: boolean; readonly drainMs: number };
  /** Partitions are given away. `drained` false: a batch was still handled and its messages will be handled again by the new owner. */
  'consumer.revoked': {
    readonly partitions: readonly TopicPartition[];
    readonly lost: boolean;
    readonly drained: boolean;
    readonly waitedMs: number;
  };
  /** A batch is handled; its commit follows. Tombstones and superseded messages did not reach the handler. */
  'consumer.handled': {
    readonly messages: number;
    readonly tombstones: number;
    readonly superseded: number;
    /** records that could not be read and were skipped */
    readonly invalid: number;
    readonly durationMs: number;
  };
  /** The broker has stored these positions (offset = the next to read). */
  'consumer.committed': { readonly positions: readonly Position[]; readonly durationMs: number };
  /** A commit failed in a way that may pass; it is sent again. */
  'consumer.commitRetried': { readonly position: Position; readonly error: KafkaException };
  /** A record's value could not be read, or its topic's schema refuses it. */
  'consumer.invalid': { readonly error: PayloadError };
  /** Messages of a partition, from this position on, failed and are handled again after a wait. `attempt`: the call that is to come, from 2. */
  'consumer.retrying': Position & { readonly attempt: number; readonly delayMs: number; readonly error: HandlerError };
  /** The committed position of a partition stays before this message for a while: it is to be handled again ('retry'), could not be parked yet
   *  ('dead-letter'), or too much has failed to park more ('circuit'). Told again when the reason changes. */
  'consumer.held': Position & {
    readonly reason: 'retry' | 'dead-letter' | 'circuit';
    readonly error: HandlerError | PayloadError | DeadLetterError;
  };
  /** Nothing holds the partition any more: what held it is done, or the partition is given away. */
  'consumer.freed': TopicPartition;
  /** A message is parked: its dead letter is acknowledged at `to`. `attempts`: handler calls that it was in, 0 for one that could not be read. */
  'consumer.deadLettered': Position & { readonly to: Position; readonly attempts: number; readonly error: HandlerError | PayloadError };
  /** A message could not be parked; it is tried again after `delayMs`, and its partition waits. */
  'consumer.deadLetterFailed': Position & { readonly delayMs: number; readonly error: DeadLetterError };
  /** A partition cannot be read on from this position; offset -1: not even its first position is known. */
  'consumer.partitionStopped': Position & { readonly error: KafkaException };
  /** The cluster or the connection to it is in trouble; the group is kept unless the error is fatal. */
  'consumer.error': { readonly error: KafkaException };
  /** A line of librdkafka's own log. `level` as in syslog: 0 = emergency … 7 = debug. */
  'consumer.log': { readonly level: number; readonly facility: string; readonly message: string };
  /** librdkafka's statistics (`statistics.interval.ms`), parsed. @see librdkafka STATISTICS.md */
  'consumer.stats': { readonly stats: unknown };
  /** The group is left; `timedOut`: the farewell took longer than closeTimeoutMs. */
  'consumer.closed': { readonly timedOut: boolean };
}

export const CONSUMER_EVENTS: readonly (keyof ConsumerEvents)[] = [
  'consumer.connected',
  'consumer.reset',
  'handler.stuck',
  'handler.recovered',
  'consumer.assigned',
  'consumer.revoking',
  'consumer.revoked',
  'consumer.handled',
  'consumer.committed',
  'consumer.commitRetried',
  'consumer.invalid',
  'consumer.retrying',
  'consumer.held',
  'consumer.freed',
  'consumer.deadLettered',
  'consumer.deadLetterFailed',
  'consumer.partitionStopped',
  'consumer.error',
  'consumer.log',
  'consumer.stats',
  'consumer.closed',
];

type Listener = (detail: never) => unknown;

/** Calls listeners in the order in which they came. One that throws, or whose promise rejects, is reported and stops neither the others nor the
 *  client. */
export class Emitter<E extends object> {
  readonly #names: readonly (keyof E & string)[];
  readonly #onFault: (event: string, error: unknown) => void;
  readonly #listeners = new Map<string, readonly Listener[]>();

  constructor(names: readonly (keyof E & string)[], onFault: (event: string, error: unknown) => void) {
    this.#names = names;
    this.#onFault = onFault;
  }

  /** Returns the unsubscribe; calling it twice is harmless. @throws UsageError for a name that is not in the list. */
  on<N extends keyof E & string>(event: N, listener: (detail: E[N]) => void): () => void {
    if (!this.#names.includes(event)) {
      throw new UsageError('USAGE_ARGUMENT', `There is no event ${JSON.stringify(event)}; the events are ${this.#names.join(', ')}`);
    }
    // A wrapper of its own, so that one function subscribed twice is two subscriptions.
    const own: Listener = (detail) => listener(detail);
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), own]);
    return () => {
      const rest = this.#listeners.get(event)?.filter((other) => other !== own);
      if (rest !== undefined) this.#listeners.set(event, rest);
    };
  }

  /** Is anyone listening? Asked before a costly detail is made. */
  has(event: keyof E & string): boolean {
    return (this.#listeners.get(event)?.length ?? 0) > 0;
  }

  emit<N extends keyof E & string>(event: N, detail: E[N]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        const result = listener(detail as never);
        // An async listener is a plain function to the type system; unwatched, its rejection would end the process.
        if (result instanceof Promise) result.catch((error: unknown) => this.#onFault(event, error));
      } catch (error) {
        this.#onFault(event, error);
      }
    }
  }
}

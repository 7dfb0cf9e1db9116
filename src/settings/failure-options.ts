/** Settings layer: what becomes of messages that cannot be handled: tried again, then parked. */

import type { SettingsFault } from '../errors.js';
import { type ConfigEntries, resolveProducerConfig } from './kafka-entries.js';
import { MAX_TIMEOUT_MS, OptionReader } from './option-reader.js';
import { findTopicFault } from './topics.js';

/** How often, and when, a message that failed is handled again. */
export interface RetryOptions {
  /** Handler calls in all, the first among them. Calls, 1 to 1000000; default 3. More keeps a partition waiting for longer. Ours. */
  readonly attempts?: number | undefined;
  /** The wait before the second call. Milliseconds, from 1; default 500. Ours. */
  readonly initialDelayMs?: number | undefined;
  /** No wait is longer. Milliseconds, from initialDelayMs; default 30000. Ours. */
  readonly maxDelayMs?: number | undefined;
  /** Each wait is this many times the one before. A ratio from 1; default 2. Ours. */
  readonly factor?: number | undefined;
  /** How much of a wait is left to chance, so that members do not retry in step. A share, 0 (none) to 1 (all of it); default 0.2. Ours. */
  readonly jitter?: number | undefined;
  /** false = no use trying again: park it at once, or stop. Given what the handler threw or failed the message with. Default: always. Ours. */
  readonly shouldRetry?: ((error: unknown) => boolean) | undefined;
}

/** Where messages are parked that no attempt could handle. */
export interface DeadLetterOptions {
  /** The topic, or its name made of the source topic's. Default `<topic>.dlq`. Ours. */
  readonly topic?: string | ((from: string) => string) | undefined;
  /** Create the topic at start where it is missing, with as many partitions as its source and the cluster's own replication. Default false. Ours. */
  readonly create?: boolean | undefined;
  /** The share of the last 100 messages that may be parked; beyond it, or when every message of a batch fails, nothing more is parked and the
   *  partition waits until a message is handled again. Above 0, up to 1 (park whatever fails); default 0.5. Ours. */
  readonly maxShare?: number | undefined;
}

/** How many handler calls run at once, and what each is given. */
export interface ConcurrencyOptions {
  /** Handler calls at once. Calls, 1 to 10000; required. Ours. */
  readonly max: number;
  /** 'partition' (default): each call has messages of one partition, in order. 'key': of one key (topic and raw key bytes), in order; messages
   *  without a key are each by themselves. Ours. */
  readonly order?: 'partition' | 'key' | undefined;
  /** How far a partition may be read on beyond its first message that is not done; that many, and the batches that wait for their commit
   *  (`maxUncommittedBatches`), may repeat after a crash. Messages of a partition, from batchSize; default 4 x batchSize. More keeps other keys going
   *  while one is retried; it is held in memory. Ours. */
  readonly lookAhead?: number | undefined;
}

export interface ResolvedRetry {
  readonly attempts: number;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly factor: number;
  readonly jitter: number;
  readonly shouldRetry: (error: unknown) => boolean;
}

export interface ResolvedDeadLetter {
  readonly topicOf: (from: string) => string;
  readonly create: boolean;
  readonly maxShare: number;
  /** for the client that parks */
  readonly config: ConfigEntries;
}

export interface ResolvedConcurrency {
  readonly max: number;
  readonly order: 'partition' | 'key';
  readonly lookAhead: number;
}

/** What waits without `retry` go by: of a held partition, and of a dead letter that cannot be published. */
export const DEFAULT_RETRY: ResolvedRetry = Object.freeze({
  attempts: 3,
  initialDelayMs: 500,
  maxDelayMs: 30_000,
  factor: 2,
  jitter: 0.2,
  shouldRetry: () => true,
});

export function readRetry(read: OptionReader): ResolvedRetry | undefined {
  const inner = readObject(read, 'retry', '{ attempts: 5 }');
  if (inner === undefined) return undefined;
  inner.only(['attempts', 'initialDelayMs', 'maxDelayMs', 'factor', 'jitter', 'shouldRetry'], []);
  const initialDelayMs = inner.integer('initialDelayMs', { min: 1, max: MAX_TIMEOUT_MS, fallback: DEFAULT_RETRY.initialDelayMs });
  const longest = Math.max(DEFAULT_RETRY.maxDelayMs, initialDelayMs);
  const retry = {
    attempts: inner.integer('attempts', { min: 1, max: 1_000_000, fallback: DEFAULT_RETRY.attempts }),
    initialDelayMs,
    maxDelayMs: inner.integer('maxDelayMs', { min: initialDelayMs, max: MAX_TIMEOUT_MS, fallback: longest }),
    factor: inner.number('factor', { min: 1, max: 1000, fallback: DEFAULT_RETRY.factor }),
    jitter: inner.number('jitter', { min: 0, max: 1, fallback: DEFAULT_RETRY.jitter }),
    shouldRetry: inner.function('shouldRetry', DEFAULT_RETRY.shouldRetry),
  };
  adopt(read, 'retry', inner.faults);
  return Object.freeze(retry);
}

/** `own` and `kafkaConfig` are what the parking client connects with, beside the defaults of a producer. */
export function readDeadLetter(
  read: OptionReader,
  own: Readonly<Record<string, string>>,
  inputs: readonly string[],
): ResolvedDeadLetter | undefined {
  const given = read.get('deadLetter');
  if (given === undefined || given === false) return undefined;
  const inner = given === true ? new OptionReader({}) : readObject(read, 'deadLetter', 'true');
  if (inner === undefined) return undefined;
  inner.only(['topic', 'create', 'maxShare'], []);
  const topicOf = readTopicOf(inner, inputs);
  const deadLetter = {
    topicOf,
    create: inner.flag('create'),
    maxShare: inner.number('maxShare', { min: Number.MIN_VALUE, max: 1, fallback: 0.5 }),
    config: resolveProducerConfig({ ...own, ...PARKING }, [
      { place: { option: 'kafkaConfig', role: 'both' }, config: read.get('kafkaConfig') },
    ]).config,
  };
  adopt(read, 'deadLetter', inner.faults);
  return Object.freeze(deadLetter);
}

/** A dead letter is larger than its source; whether it fits is for the broker to say, by the topic's max.message.bytes. A record that has no answer
 *  for long keeps its partition waiting all the same, so it is soon tried anew, and told. */
const PARKING = { 'message.max.bytes': '100000000', 'delivery.timeout.ms': '10000' };

function readTopicOf(inner: OptionReader, inputs: readonly string[]): (from: string) => string {
  const topic = inner.get('topic');
  const topicOf = toTopicOf(topic);
  if (topicOf === undefined) {
    inner.fault('topic', 'must be a topic, or a function that makes one of the source topic');
    return (from) => from;
  }
  for (const from of inputs.filter((input) => !input.startsWith('^'))) {
    const name = topicOf(from);
    const fault = typeof name === 'string' ? findTopicFault(name, false) : `is a ${typeof name} for "${from}"`;
    if (fault !== undefined) inner.fault('topic', fault);
    else if (inputs.includes(name)) inner.fault('topic', `"${name}" is read as well: what is parked would come back for ever`);
  }
  return topicOf;
}

function toTopicOf(topic: unknown): ((from: string) => string) | undefined {
  if (topic === undefined) return (from) => `${from}.dlq`;
  if (typeof topic === 'string') return () => topic;
  return typeof topic === 'function' ? (topic as (from: string) => string) : undefined;
}

/** undefined = one call at a time with whole batches. */
export function readConcurrency(read: OptionReader, batchSize: number): ResolvedConcurrency | undefined {
  const given = read.get('concurrency');
  if (given === undefined) return undefined;
  const limits = { min: 1, max: 10_000, fallback: 1 };
  const lookAhead = 4 * batchSize;
  if (typeof given !== 'object') {
    const max = read.integer('concurrency', limits);
    return max === 1 ? undefined : Object.freeze({ max, order: 'partition', lookAhead });
  }
  const inner = readObject(read, 'concurrency', '{ max: 10, order: "key" }');
  if (inner === undefined) return undefined;
  inner.only(['max', 'order', 'lookAhead'], []);
  if (inner.get('max') === undefined) inner.fault('max', 'is missing');
  const concurrency = {
    max: inner.integer('max', limits),
    order: inner.oneOf('order', ['partition', 'key']),
    lookAhead: inner.integer('lookAhead', { min: batchSize, max: 10_000_000, fallback: lookAhead }),
  };
  adopt(read, 'concurrency', inner.faults);
  return concurrency.max === 1 && concurrency.order === 'partition' ? undefined : Object.freeze(concurrency);
}

function readObject(read: OptionReader, name: string, example: string): OptionReader | undefined {
  const given = read.get(name);
  if (given === undefined) return undefined;
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return new OptionReader(given);
  read.fault(name, `must be an object, e.g. ${example}`);
  return undefined;
}

function adopt(read: OptionReader, name: string, faults: readonly SettingsFault[]): void {
  for (const { key, message } of faults) read.fault(`${name}.${key}`, message);
}

/** Producing in transactions: what an error of a step means, and the step that is taken again until it has an answer. */

import { kindOf } from '../engine/codes.js';
import type { TransactionStep } from '../engine/native.js';
import { isPhqKafkaError, type KafkaException } from '../errors.js';

export type { TransactionStep } from '../engine/native.js';

/** What is to be done about a step that failed. */
export type TransactionFate =
  /** take the same step again: it may still be under way, and nothing else resolves it */
  | 'again'
  /** abort the transaction; the producer stays usable */
  | 'abort'
  /** the producer is finished: a new one with the same transactional.id ends what this one left open */
  | 'discard';

/** By the flags of librdkafka's error object, then by number. An unknown answer leaves the transaction unresolved: such a producer is discarded, never
 *  told to abort, since a late end of transaction could end the next one. @see docs/decisions/0021 */
export function transactionFate(error: KafkaException): TransactionFate {
  const kind = kindOf(error.kafkaCode);
  if (error.fatal || kind === 'fatal' || kind === 'fenced') return 'discard';
  if (error.abortable || kind === 'abortable') return 'abort';
  return error.retriable ? 'again' : 'discard';
}

export interface StepOptions {
  /** One try may take this long. */
  readonly tryMs: number;
  /** After this long without an answer the step stays unresolved. */
  readonly withinMs: number;
}

const PAUSE_MS = 100;

/** Takes a step, again and again while its error says so. Milliseconds.
 *  @throws KafkaException: of fate 'again' when the time was over before there was an answer, so that nobody knows whether the step was taken */
export async function takeStep(
  step: TransactionStep,
  ask: (step: TransactionStep, timeoutMs: number) => Promise<void>,
  { tryMs, withinMs }: StepOptions,
): Promise<void> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    try {
      return await ask(step, tryMs);
    } catch (error) {
      if (!isKafka(error) || transactionFate(error) !== 'again' || performance.now() >= untilMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** Is it the cluster's or librdkafka's answer? */
export function isKafka(error: unknown): error is KafkaException {
  return isPhqKafkaError(error) && error.code === 'KAFKA';
}

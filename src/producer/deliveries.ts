/** Producing, step 3 of 3: the engine's columns become one delivery per record, or one error that names every record that failed. */

import { CODE } from '../engine/codes.js';
import { toKafkaException } from '../engine/faults.js';
import type { NativeFault } from '../engine/native.js';
import { type Delivery, DeliveryError, type DeliveryFailure, KafkaException } from '../errors.js';
import type { DeliveredAnswer } from './sender.js';

/** What became of a batch, before anyone decides whether it is an error. */
export interface Settled<M> {
  /** One per record, in order; where a record failed, undefined. */
  readonly deliveries: (Delivery | undefined)[];
  readonly failed: readonly FailedRecord<M>[];
}

export interface FailedRecord<M> extends DeliveryFailure<M> {
  readonly topic: string;
}

/** What a producer knows of its troubles, beyond a record's own number. */
export interface Reasons {
  /** explains records that only timed out */
  readonly lastError: KafkaException | undefined;
  /** explains records that were given up unsent */
  readonly refusal: KafkaException | undefined;
}

export function settle<M>(
  answer: DeliveredAnswer,
  messages: readonly M[],
  topicOf: (index: number) => string,
  reasons: Reasons,
): Settled<M> {
  const { partitions, offsets, failures } = answer;
  const deliveries = new Array<Delivery | undefined>(messages.length);
  for (let index = 0; index < messages.length; index++) {
    deliveries[index] = {
      topic: topicOf(index),
      partition: partitions[index] as number,
      // -1: it is stored, where was not told (core/told_offsets.rs).
      offset: offsets[index] as number,
    };
  }
  const failed = failures.map(({ index, error, persisted }) => {
    deliveries[index] = undefined;
    const topic = topicOf(index);
    const what = `Producing ${messages.length === 1 ? 'a message' : `messages[${index}]`} to "${topic}"`;
    return { index, message: messages[index] as M, error: explain(error, what, reasons), persisted, topic };
  });
  return { deliveries, failed };
}

function explain(error: NativeFault, what: string, { lastError, refusal }: Reasons): KafkaException {
  if (error.code !== CODE.purgedUnsent || refusal === undefined)
    return toKafkaException(error, { what, cause: error.code === CODE.messageTimedOut ? lastError : undefined });
  const { kafkaCode, kafkaName, retriable } = refusal;
  return new KafkaException('KAFKA', `${what}: ${refusal.message}`, { kafkaCode, kafkaName, retriable, cause: refusal });
}

/** All deliveries, or the DeliveryError. */
export function requireAll<M>({ deliveries, failed }: Settled<M>): Delivery[] {
  if (failed.length === 0) return deliveries as Delivery[];
  const delivered = deliveries.filter((delivery) => delivery !== undefined);
  const first = failed[0] as DeliveryFailure<M>;
  const unsure = failed.filter(({ persisted }) => persisted === 'possibly').length;
  throw new DeliveryError(
    'DELIVERY_FAILED',
    `${failed.length} of ${deliveries.length} records were not delivered` +
      `${unsure > 0 ? ` (${unsure} of them may have been written all the same)` : ''}; the first: ${first.error.message}`,
    { delivered, failed, cause: first.error, retriable: failed.every(({ error }) => error.retriable) },
  );
}

/** What `ignoreLargeMessageErrors` does with records that were refused for their size: only those that are too large by themselves are skipped. */

import { kindOf } from '../engine/codes.js';
import type { KafkaException } from '../errors.js';
import type { FailedRecord, Settled } from './deliveries.js';

/** A broker refuses the whole request that holds a record with too many bytes, and every record in it fails alike: skipping them all would lose
 *  healthy ones in silence. So each is sent once more, in order and in a request of its own; what is refused then is skipped, and its delivery
 *  says so. The road not taken: comparing sizes with the topic's max.message.bytes. That limit counts compressed bytes, which only librdkafka knows.
 *  `sendAlone` gives undefined when nothing can be sent any more: those stay failed. */
export async function skipTooLarge<M>(
  settled: Settled<M>,
  sendAlone: (message: M) => Promise<Settled<M> | undefined>,
): Promise<Settled<M>> {
  if (!settled.failed.some(isTooLarge)) return settled;
  const deliveries = [...settled.deliveries];
  const failed: FailedRecord<M>[] = [];
  for (const failure of settled.failed) {
    const { index, message } = failure;
    const alone = isTooLarge(failure) ? await sendAlone(message) : undefined;
    const second = alone?.failed[0];
    if (alone === undefined) failed.push(failure);
    else if (second === undefined) deliveries[index] = alone.deliveries[0];
    else if (isTooLarge(second)) deliveries[index] = { topic: second.topic, partition: -1, offset: -1, skipped: second.error };
    else failed.push({ ...second, index });
  }
  return { deliveries, failed };
}

/** Was it refused for its size, or for the size of the request that it was in? */
export function isTooLarge({ error }: { readonly error: KafkaException }): boolean {
  return kindOf(error.kafkaCode) === 'tooLarge';
}

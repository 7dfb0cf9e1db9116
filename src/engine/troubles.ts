/** What a client remembers of the cluster's troubles: which one explains a time-out best, and which is only said again. */

import type { KafkaException } from '../errors.js';
import { CODE } from './codes.js';

/** librdkafka says "all brokers are down" at every attempt to reconnect, up to twenty times a second; once in this time is enough. */
const REPEAT_MS = 10_000;
/** After this long the reason seen before need not be the reason any more. */
const STALE_MS = 60_000;

export class Troubles {
  #explanation: { readonly error: KafkaException; readonly atMs: number } | undefined;
  #allDownAtMs = Number.NEGATIVE_INFINITY;

  /** The latest trouble that names a reason. */
  get explanation(): KafkaException | undefined {
    return this.#explanation?.error;
  }

  /** Remembers a trouble; false when it is a mere repetition that nobody needs to hear. `nowMs` from a clock that only goes forward. */
  note(error: KafkaException, nowMs: number): boolean {
    if (error.kafkaCode !== CODE.allBrokersDown) {
      this.#explanation = { error, atMs: nowMs };
      return true;
    }
    // "1/1 brokers are down" explains less than the refused connection or password that came before it.
    if (this.#explanation === undefined || nowMs - this.#explanation.atMs > STALE_MS) this.#explanation = { error, atMs: nowMs };
    if (nowMs - this.#allDownAtMs < REPEAT_MS) return false;
    this.#allDownAtMs = nowMs;
    return true;
  }
}

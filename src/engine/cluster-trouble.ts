/** Which of the errors a client hears make it unready, and for how long: librdkafka tells when a broker is lost, not when it is back. */

import type { KafkaException } from '../errors.js';
import type { HealthReason } from '../health.js';
import { CODE, kindOf } from './codes.js';

/** While nothing can be reached the error is told anew at least every 10 s (troubles.ts, reconnect.backoff.max.ms): three times that, and it is over. */
const OVER_AFTER_MS = 30_000;

export class ClusterTrouble {
  #latest: { readonly error: KafkaException; readonly atMs: number } | undefined;

  /** One broker of several that cannot be reached is no trouble: its partitions move. `nowMs` from a clock that only goes forward. */
  note(error: KafkaException, nowMs: number): void {
    const { kafkaCode } = error;
    const counts = kafkaCode === CODE.allBrokersDown || ['security', 'missing'].includes(kindOf(kafkaCode));
    if (counts) this.#latest = { error, atMs: nowMs };
  }

  /** The cluster has answered. */
  clear(): void {
    this.#latest = undefined;
  }

  reasons(nowMs: number): readonly HealthReason[] {
    if (this.#latest === undefined || nowMs - this.#latest.atMs > OVER_AFTER_MS) return [];
    return [{ code: 'cluster', affects: 'ready', text: this.#latest.error.message }];
  }
}

/** Producing: whether a producer is well, as its own events tell it. */

import { ClusterTrouble } from '../engine/cluster-trouble.js';
import type { KafkaException } from '../errors.js';
import type { Emitter, ProducerEvents } from '../events.js';
import { type Health, toHealth } from '../health.js';

export class ProducerHealth {
  readonly #cluster = new ClusterTrouble();
  #fatal: KafkaException | undefined;

  constructor(emitter: Pick<Emitter<ProducerEvents>, 'on'>, now: () => number = () => performance.now()) {
    emitter.on('producer.connected', () => this.#cluster.clear());
    emitter.on('producer.error', ({ error }) => {
      if (error.fatal) this.#fatal = error;
      else this.#cluster.note(error, now());
    });
  }

  /** One that was not used yet is ready: it connects when it is. */
  report({ isClosed, nowMs }: { readonly isClosed: boolean; readonly nowMs: number }): Health {
    if (this.#fatal !== undefined) return toHealth([{ code: 'fatal', affects: 'live', text: this.#fatal.message }]);
    if (isClosed) return toHealth([{ code: 'closed', affects: 'ready', text: 'close() was called' }]);
    return toHealth(this.#cluster.reasons(nowMs));
  }
}

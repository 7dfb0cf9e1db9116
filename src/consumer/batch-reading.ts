/** Consuming, step 2 as a run does it: a batch is read, what cannot be read is told, and a run that ends meanwhile gives the batch up. */

import type { BatchView } from '../engine/batch-view.js';
import type { ConsumerEvents, Emitter } from '../events.js';
import type { ResolvedConsumerOptions } from '../settings/consumer-options.js';
import type { DecodeOptions } from './decode.js';

export interface BatchReadingOptions extends Pick<ResolvedConsumerOptions, 'latestOnly' | 'tombstones' | 'inputSchemas'> {
  readonly emitter: Emitter<ConsumerEvents>;
  readonly membership: { readonly batches: { topicName(id: number): string } };
}

/** What reading needs of its run. */
export interface ReadingPort {
  readonly isStopping: boolean;
  /** Nothing of the batch will be committed. */
  giveUp(batch: { readonly id: number }): void;
  /** Settles as `work` does, but rejects when the drain time after a stop has passed first. */
  withinDrain<R>(work: Promise<R>, what: () => string): Promise<R>;
}

export type ReadOptions = Omit<DecodeOptions, 'onInvalid'>;

export class BatchReading {
  readonly #options: BatchReadingOptions;
  readonly #port: ReadingPort;

  constructor(options: BatchReadingOptions, port: ReadingPort) {
    this.#options = options;
    this.#port = port;
  }

  /** Listeners hear of faults once the batch is read. Undefined: the run was asked to stop meanwhile, and the batch is given up. */
  async read<R extends object>(view: BatchView, read: (options: ReadOptions) => R | Promise<R>): Promise<R | undefined> {
    const { emitter, membership, latestOnly, tombstones, inputSchemas } = this.#options;
    const faults: ConsumerEvents['consumer.invalid'][] = [];
    const topicName = (id: number): string => membership.batches.topicName(id);
    let result: R;
    try {
      const reading = read({ latestOnly, tombstones, inputSchemas, topicName, onFault: (error) => faults.push({ error }) });
      result = reading instanceof Promise ? await this.#checked(reading) : reading;
    } catch (error) {
      this.#port.giveUp(view);
      throw error;
    }
    // Only schemas that were waited for give it the time.
    if (this.#port.isStopping) {
      this.#port.giveUp(view);
      return undefined;
    }
    for (const detail of faults) emitter.emit('consumer.invalid', detail);
    return result;
  }

  /** Schemas may take their time, but not longer than a handler when the run is to end. */
  #checked<R>(reading: Promise<R>): Promise<R> {
    // Should the drain time pass first, nobody is left to hear how they ended.
    reading.catch(() => undefined);
    return this.#port.withinDrain(reading, () => 'the schemas of the input topics');
  }
}

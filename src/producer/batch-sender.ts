/** Producing, all steps of one batch: pack, send, settle. Both producers, the one with envelopes and the low-level one, are thin over this. */

import { OUT_STRIDE, type TransactionStep } from '../engine/native.js';
import { OutgoingSlab } from '../engine/outgoing-slab.js';
import { type Delivery, UsageError } from '../errors.js';
import { requireAll, type Settled, settle } from './deliveries.js';
import { skipTooLarge } from './large-messages.js';
import { Sender, type SenderOptions } from './sender.js';

/** One batch and how to write it. */
export interface BatchPlan<M> {
  readonly messages: readonly M[];
  readonly topics: readonly string[];
  /** Writes the messages into the slab, one row each. What it throws rejects the batch before anything of it is sent. */
  pack(slab: OutgoingSlab, messages: readonly M[]): void;
  /** Records that are too large by themselves are skipped instead of failing the batch. */
  readonly skipTooLarge: boolean;
}

export class BatchSender {
  readonly #options: SenderOptions;
  readonly #sender: Sender;
  /** For records that must travel in a request of their own; made when the first one needs it. */
  #lone: Sender | undefined;
  // Undefined while in use: a payload's toJSON may itself produce.
  #spareSlab: OutgoingSlab | undefined = new OutgoingSlab();
  #closing: Promise<void> | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#sender = new Sender(options);
  }

  connect(timeoutMs: number): Promise<void> {
    return this.#sender.connect(timeoutMs);
  }

  /** Enqueues before it returns; resolves with one delivery per message. @throws DeliveryError when some failed */
  async produce<M>(plan: BatchPlan<M>): Promise<Delivery[]> {
    this.#sender.assertUsable();
    if (!Array.isArray(plan.messages)) throw new UsageError('USAGE_ARGUMENT', 'produceBatch takes a list of messages');
    if (plan.messages.length === 0) return [];
    const startedMs = performance.now();
    // The caller may use its list again as soon as this has returned.
    const own = { ...plan, messages: [...plan.messages] };
    let settled = await this.#send(this.#sender, own);
    if (plan.skipTooLarge) settled = await skipTooLarge(settled, (message) => this.#sendAlone({ ...plan, messages: [message] }));
    this.#tell(settled, startedMs);
    return requireAll(settled);
  }

  /** @see Sender.transaction */
  transaction(step: TransactionStep, timeoutMs: number): Promise<void> {
    return this.#sender.transaction(step, timeoutMs);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([this.#sender.close(), this.#lone?.close()]);
  }

  async #send<M>(sender: Sender, plan: BatchPlan<M>): Promise<Settled<M>> {
    const { messages, topics } = plan;
    const slab = this.#spareSlab ?? new OutgoingSlab();
    this.#spareSlab = undefined;
    let sent: ReturnType<Sender['send']>;
    let topicOf: (index: number) => string;
    try {
      plan.pack(slab, messages);
      topicOf = topicsByIndex(slab, topics);
      sent = sender.send(slab, topics);
    } finally {
      slab.clear();
      this.#spareSlab = slab;
    }
    return settle(await sent, messages, topicOf, sender);
  }

  /** undefined when this producer is closing: what cannot be tried any more stays failed. */
  async #sendAlone<M>(plan: BatchPlan<M>): Promise<Settled<M> | undefined> {
    if (this.#closing !== undefined) return undefined;
    this.#lone ??= new Sender({
      ...this.#options,
      name: `${this.#options.name} (single records)`,
      config: [...this.#options.config.filter(([key]) => key !== 'batch.num.messages'), ['batch.num.messages', '1']],
    });
    return await this.#send(this.#lone, plan);
  }

  #tell<M>({ deliveries, failed }: Settled<M>, startedMs: number): void {
    const { emitter } = this.#options;
    if (!emitter.has('producer.delivered')) return;
    const skipped = deliveries.filter((delivery) => delivery?.skipped !== undefined).length;
    const delivered = deliveries.length - skipped - failed.length;
    emitter.emit('producer.delivered', { delivered, skipped, failed: failed.length, durationMs: performance.now() - startedMs });
  }
}

/** The topic of each record, remembered past the slab's reuse. */
function topicsByIndex(slab: OutgoingSlab, topics: readonly string[]): (index: number) => string {
  const only = topics[0] as string;
  if (topics.length === 1) return () => only;
  const ids = slab.rows.filter((_, at) => at % OUT_STRIDE === 0);
  return (index) => topics[ids[index] as number] as string;
}

/** Consuming, the loop of one `process()` call: take a batch, decode it, handle it, commit it; then leave the group in good order. */

import { AsyncLocalStorage } from 'node:async_hooks';
import type { BatchView } from '../engine/batch-view.js';
import { TimeoutError } from '../errors.js';
import type { ConsumerEvents, Emitter } from '../events.js';
import { callHandler, describeBatch, type Handler } from '../handling/handler.js';
import type { ConsumedMessage } from '../message/consumed-message.js';
import { Commits } from './commits.js';
import { type DecodedBatch, decodeBatch } from './decode.js';
import type { Membership } from './membership.js';
import { StopRequest } from './stop-request.js';

export interface RunOptions<T> {
  readonly name: string;
  readonly inputTopics: readonly string[];
  readonly batchSize: number;
  readonly consumerTimeoutMs: number;
  readonly latestOnly: boolean;
  readonly maxUncommittedBatches: number;
  readonly drainTimeoutMs: number;
  readonly emitter: Emitter<ConsumerEvents>;
  readonly membership: Membership;
  readonly handler: Handler<ConsumedMessage<T>>;
}

/** The handler call that the current code was reached from, if any: closing from inside must not wait for that handler. A timer or listener that a
 *  handler left behind still carries its call, hence `running`. */
const handlerCall = new AsyncLocalStorage<{ readonly run: object; running: boolean }>();

export class Run<T> {
  readonly #options: RunOptions<T>;
  readonly #stop: StopRequest;
  readonly #commits: Commits;
  /** What the run ends with; the first one wins. */
  #failure: unknown;
  #failed = false;

  constructor(options: RunOptions<T>) {
    this.#options = options;
    const { membership, name, maxUncommittedBatches, emitter, drainTimeoutMs } = options;
    this.#stop = new StopRequest(drainTimeoutMs, () => membership.interrupt());
    this.#commits = new Commits({ name, port: membership, maxUncommittedBatches, emitter, onFailure: (error) => this.#fail(error) });
  }

  get isInsideHandler(): boolean {
    const call = handlerCall.getStore();
    return call?.run === this && call.running;
  }

  /** Nothing new is taken; the running handler may end and commit, for `drainTimeoutMs`. */
  requestStop(reason?: unknown): void {
    this.#stop.request(reason);
  }

  /** Resolves when it was asked to stop and everything handled is committed. Rejects with what ended it otherwise. The group is left either way. */
  async go(): Promise<void> {
    const { membership, inputTopics } = this.#options;
    try {
      membership.join(inputTopics, { commitStarts: (rows) => this.#commits.storeStarts(rows), onAssigned: () => this.#commits.retry() });
      for (let batch = await this.#next(); batch !== undefined; batch = await this.#next()) await this.#handleBatch(batch);
    } catch (error) {
      this.#fail(error);
    }
    await this.#leave();
    if (this.#failed) throw this.#failure;
  }

  /** The next batch, or undefined when the run is to end. */
  async #next(): Promise<BatchView | undefined> {
    const { membership, batchSize, consumerTimeoutMs } = this.#options;
    for (;;) {
      if (membership.failure !== undefined) this.#fail(membership.failure);
      if (this.#failed || this.#stop.requested) return undefined;
      if (!this.#commits.hasRoom) {
        await Promise.race([this.#commits.change(), membership.wait()]);
        continue;
      }
      const batch = membership.take(batchSize, consumerTimeoutMs);
      if (batch !== null) return batch;
      await membership.wait();
    }
  }

  async #handleBatch(view: BatchView): Promise<void> {
    const { emitter, membership, latestOnly } = this.#options;
    const startedMs = performance.now();
    const decoded = decodeBatch<T>(view, { latestOnly, topicName: (id) => membership.topicName(id) });
    if (decoded.fault !== undefined) emitter.emit('consumer.invalid', { error: decoded.fault });
    try {
      if (decoded.messages.length > 0) await this.#call(decoded);
    } catch (error) {
      // Nothing of the batch is committed; the engine must not wait for it either.
      membership.done(view.id);
      throw error;
    }
    membership.handled(view.id);
    this.#commits.markHandled(view.id, decoded.positions);
    const { messages, tombstones, superseded } = decoded;
    emitter.emit('consumer.handled', { messages: messages.length, tombstones, superseded, durationMs: performance.now() - startedMs });
    if (decoded.fault !== undefined) throw decoded.fault;
  }

  async #call({ messages }: DecodedBatch<T>): Promise<void> {
    const { handler } = this.#options;
    const context = { signal: this.#stop.signal, attempt: 1 };
    const call = { run: this, running: true };
    const called = handlerCall
      .run(call, () => callHandler(handler, messages, context))
      .finally(() => {
        call.running = false;
      });
    // Should the drain time pass first, nobody is left to hear how the handler ended.
    called.catch(() => undefined);
    await this.#stop.within(called, () => this.#drainTimeout(`the handler, which has ${describeBatch(messages)}`));
  }

  /** Waits for the commits that are under way, then leaves. What goes wrong here is told unless something else ended the run before. */
  async #leave(): Promise<void> {
    const { membership } = this.#options;
    try {
      this.requestStop(this.#failure);
      await this.#stop.within(this.#settled(), () => this.#drainTimeout(`the commit of ${countOf(this.#commits.uncommitted)}`));
    } catch (error) {
      this.#fail(error);
    }
    this.#commits.abandon();
    try {
      await membership.close();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #settled(): Promise<void> {
    while (this.#commits.uncommitted > 0) await this.#commits.change();
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#failure = error;
    // A handler that still runs may end and commit, but not hold up for ever what has failed already.
    this.#stop.request(error);
  }

  #drainTimeout(what: string): TimeoutError {
    const { name, drainTimeoutMs } = this.#options;
    const text = `Stopping the ${name}: ${drainTimeoutMs} ms (drainTimeoutMs) after it was asked to stop it still waits for ${what}`;
    return new TimeoutError('TIMEOUT_DRAIN', text, { timeoutMs: drainTimeoutMs });
  }
}

const countOf = (batches: number): string => (batches === 1 ? '1 handled batch' : `${batches} handled batches`);

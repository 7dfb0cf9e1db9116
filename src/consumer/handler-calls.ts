/** Consuming: the handler calls that run, each with the signal its handler sees. A signal aborts when the run is to stop, and when nothing that its
 *  call was given is ours any more: whatever the handler still does, it cannot be committed. */

import { CODE } from '../engine/codes.js';
import { KafkaException } from '../errors.js';
import type { TopicPartition } from '../events.js';
import { describeBatch } from '../handling/handler.js';
import type { ConsumedMessage } from '../message/consumed-message.js';
import { type Caller, currentCaller, HandlerBody } from './inside.js';

/** What a call has that was given messages of several batches. */
export const NO_BATCH = 0;

/** One call of a handler, from its begin to its end. */
export interface HandlerCall {
  readonly batchId: number;
  readonly messages: readonly ConsumedMessage[];
  /** what the handler sees as `context.signal`; made when it is asked for, which most handlers never do: making one costs as much as the rest of a call */
  readonly signal: AbortSignal;
  /** Everything it was given has been taken away: how it ends is of no consequence. */
  readonly isLost: boolean;
  /** Calls the handler, which may ask whether it is inside. */
  enter<R>(handler: () => R): R;
}

const NONE: readonly ConsumedMessage[] = [];

class OpenCall extends HandlerBody implements HandlerCall {
  readonly batchId: number;
  /** none once it has ended */
  messages: readonly ConsumedMessage[];
  isLost = false;
  // Not AbortSignal.any over one signal of the run: in Node 20 every such signal stays with its source.
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  constructor(of: { readonly run: object; readonly outer: Caller | undefined }, batchId: number, messages: readonly ConsumedMessage[]) {
    super(of.run, of.outer);
    this.batchId = batchId;
    this.messages = messages;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(this.#aborted.reason);
  }

  /** Lets its messages go: the set of open calls makes itself a new table now and then, and V8 keeps the old ones, with the calls that were open then, until
   *  its next full collection. */
  override end(): void {
    super.end();
    this.messages = NONE;
  }
}

export class HandlerCalls {
  readonly #name: string;
  readonly #of: { readonly run: object; readonly outer: Caller | undefined };
  readonly #open = new Set<OpenCall>();
  #stop: { readonly reason: unknown } | undefined;

  /** `run`: whose calls these are, for `isInside`; made in the context that the run was begun in. */
  constructor(name: string, run: object) {
    this.#name = name;
    this.#of = { run, outer: currentCaller() };
  }

  begin(batchId: number, messages: readonly ConsumedMessage[]): HandlerCall {
    const call = new OpenCall(this.#of, batchId, messages);
    this.#open.add(call);
    if (this.#stop !== undefined) call.abort(this.#stop.reason);
    return call;
  }

  /** The handler has returned or thrown. */
  end(call: HandlerCall): void {
    this.#open.delete(call as OpenCall);
    (call as OpenCall).end();
  }

  /** Does a handler still have messages of this batch? */
  isRunning(batchId: number): boolean {
    return [...this.#open].some((call) => call.batchId === batchId);
  }

  /** The run is to stop: every handler that runs, or will, may end early. */
  stop(reason: unknown): void {
    this.#stop ??= { reason };
    for (const call of this.#open) call.abort(reason);
  }

  /** Partitions were given away. A handler that has a message of one that is still ours is left alone: that message can be committed. */
  loseAllBut(isOurs: (partition: TopicPartition) => boolean): void {
    for (const call of this.#open) {
      if (call.isLost || call.messages.some(isOurs)) continue;
      call.isLost = true;
      call.abort(this.#lost(call));
    }
  }

  #lost({ messages }: HandlerCall): KafkaException {
    const text = `The ${this.#name} no longer owns the partitions of ${describeBatch(messages)}: nothing of it will be committed, another member handles it again`;
    return new KafkaException('KAFKA', text, { kafkaCode: CODE.assignmentLost, kafkaName: '_ASSIGNMENT_LOST', retriable: true });
  }
}

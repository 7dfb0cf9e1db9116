/** Consuming: the handler calls that run, each with the signal its handler sees. A signal aborts when the run is to stop, and when nothing that its
 *  call was given is ours any more: whatever the handler still does, it cannot be committed. */

import { CODE } from '../engine/codes.js';
import { KafkaException } from '../errors.js';
import type { TopicPartition } from '../events.js';
import { describeBatch } from '../handling/handler.js';
import type { ConsumedMessage } from '../message/consumed-message.js';

/** One call of a handler, from its begin to its end. */
export interface HandlerCall {
  readonly batchId: number;
  readonly messages: readonly ConsumedMessage[];
  /** what the handler sees as `context.signal` */
  readonly signal: AbortSignal;
  /** Everything it was given has been taken away: how it ends is of no consequence. */
  readonly isLost: boolean;
}

interface OpenCall extends HandlerCall {
  readonly controller: AbortController;
  isLost: boolean;
}

export class HandlerCalls {
  readonly #name: string;
  readonly #open = new Set<OpenCall>();
  #stop: { readonly reason: unknown } | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  begin(batchId: number, messages: readonly ConsumedMessage[]): HandlerCall {
    // Not AbortSignal.any over one signal of the run: in Node 20 every such signal stays with its source.
    const controller = new AbortController();
    const call: OpenCall = { batchId, messages, controller, signal: controller.signal, isLost: false };
    this.#open.add(call);
    if (this.#stop !== undefined) controller.abort(this.#stop.reason);
    return call;
  }

  /** The handler has returned or thrown. */
  end(call: HandlerCall): void {
    this.#open.delete(call as OpenCall);
  }

  /** Does a handler still have messages of this batch? */
  isRunning(batchId: number): boolean {
    return [...this.#open].some((call) => call.batchId === batchId);
  }

  /** The run is to stop: every handler that runs, or will, may end early. */
  stop(reason: unknown): void {
    this.#stop ??= { reason };
    for (const { controller } of this.#open) controller.abort(reason);
  }

  /** Partitions were given away. A handler that has a message of one that is still ours is left alone: that message can be committed. */
  loseAllBut(isOurs: (partition: TopicPartition) => boolean): void {
    for (const call of this.#open) {
      if (call.isLost || call.messages.some(isOurs)) continue;
      call.isLost = true;
      call.controller.abort(this.#lost(call));
    }
  }

  #lost({ messages }: HandlerCall): KafkaException {
    const text = `The ${this.#name} no longer owns the partitions of ${describeBatch(messages)}: nothing of it will be committed, another member handles it again`;
    return new KafkaException('KAFKA', text, { kafkaCode: CODE.assignmentLost, kafkaName: '_ASSIGNMENT_LOST', retriable: true });
  }
}

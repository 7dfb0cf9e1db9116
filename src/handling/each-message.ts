/** Handling: a handler of batches made of a function for single messages. */

import { UsageError } from '../errors.js';
import { ENDS_AT_FAILURE, type Handler, type HandlerContext } from './handler.js';

export interface EachMessageOptions {
  /** How many calls may run at once. 1 (default) = one after the other, in order; more = order within the batch is not kept. */
  readonly concurrency?: number | undefined;
}

/** Makes a Handler of a per-message function.
 *  Shape: (message, context) -> nothing. A throw fails that message alone, as `context.fail` does: it is handled again or parked, the others are done.
 *  Where neither `retry` nor `deadLetter` is set no further call is started after a throw; those that run are awaited, then the first error is thrown.
 *  @throws UsageError when `concurrency` is not a whole number from 1
 *  @example await consumer.process(eachMessage(async (m) => { await save(m.payload); }, { concurrency: 10 })); */
export function eachMessage<M>(fn: (message: M, context: HandlerContext<M>) => unknown, options: EachMessageOptions = {}): Handler<M> {
  const { concurrency = 1 } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new UsageError('USAGE_ARGUMENT', `eachMessage: concurrency must be a whole number from 1; got ${String(concurrency)}`);
  }
  return async (messages, context) => {
    const queue = messages.values();
    let failure: { readonly error: unknown } | undefined;
    const worker = async (): Promise<void> => {
      // All workers draw from one iterator, so each message is taken once.
      for (const message of queue) {
        try {
          await fn(message, context);
        } catch (error) {
          // A context that a test made by hand may have no `fail`.
          if (ENDS_AT_FAILURE in context || context.fail === undefined) failure ??= { error };
          else context.fail(message, error);
        }
        if (failure !== undefined) return;
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, messages.length) }, worker));
    if (failure !== undefined) throw failure.error;
  };
}

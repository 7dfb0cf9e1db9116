/** Consuming, the loop of `process()`: batch after batch to the handler, until the run ends. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { callHandler, describeBatch, type Handler } from '../handling/handler.js';
import type { ConsumedMessage } from '../message/consumed-message.js';
import type { Run, Taken } from './run.js';

/** The handler call that the current code was reached from, if any: closing from inside must not wait for that handler. A timer or listener that a
 *  handler left behind still carries its call, hence `running`. */
const handlerCall = new AsyncLocalStorage<{ readonly run: object; running: boolean }>();

/** Is the current code called, directly or not, by a handler of this run that is still running? */
export function isInsideHandlerOf(run: object): boolean {
  const call = handlerCall.getStore();
  return call?.run === run && call.running;
}

/** Resolves when the run was asked to stop and everything handled is committed. Rejects with what ended it otherwise. The group is left either way. */
export async function processBatches<T>(run: Run<T>, handler: Handler<ConsumedMessage<T>>): Promise<void> {
  try {
    run.join();
    for (let batch = await run.next(); batch !== undefined; batch = await run.next()) await handleBatch(run, batch, handler);
  } catch (error) {
    run.fail(error);
  }
  await run.leave();
}

async function handleBatch<T>(run: Run<T>, batch: Taken<T>, handler: Handler<ConsumedMessage<T>>): Promise<void> {
  try {
    if (batch.messages.length > 0) await call(run, batch, handler);
  } catch (error) {
    // Nothing of the batch is committed; the engine must not wait for it either.
    run.giveUp(batch);
    throw error;
  }
  run.markHandled(batch);
  if (batch.fault !== undefined) throw batch.fault;
}

async function call<T>(run: Run<T>, { messages }: Taken<T>, handler: Handler<ConsumedMessage<T>>): Promise<void> {
  const context = { signal: run.signal, attempt: 1 };
  const call = { run, running: true };
  const called = handlerCall
    .run(call, () => callHandler(handler, messages, context))
    .finally(() => {
      call.running = false;
    });
  // Should the drain time pass first, nobody is left to hear how the handler ended.
  called.catch(() => undefined);
  await run.withinDrain(called, () => `the handler, which has ${describeBatch(messages)}`);
}

/** Consuming, the loop of `process()`: batch after batch to the handler, until the run ends. */

import { isPhqKafkaError } from '../errors.js';
import { callHandler, describeBatch, type Handler } from '../handling/handler.js';
import type { ConsumedMessage } from '../message/consumed-message.js';
import { runInside } from './inside.js';
import type { Run, Taken } from './run.js';

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
    if (batch.messages.length > 0 && (await call(run, batch, handler)) === 'lost') return run.giveUp(batch);
  } catch (error) {
    // Nothing of the batch is committed; the engine must not wait for it either.
    run.giveUp(batch);
    throw error;
  }
  run.markHandled(batch);
  if (batch.fault !== undefined) throw batch.fault;
}

/** 'lost': it threw, but what it had was no longer ours. */
async function call<T>(run: Run<T>, batch: Taken<T>, handler: Handler<ConsumedMessage<T>>): Promise<'handled' | 'lost'> {
  const { messages } = batch;
  const call = run.beginCall(batch, messages);
  const called = runInside(run, () => callHandler(handler, messages, { signal: call.signal, attempt: 1 })).finally(() => run.endCall(call));
  // Should the drain time pass first, nobody is left to hear how the handler ended.
  called.catch(() => undefined);
  try {
    await run.withinDrain(called, () => `the handler, which has ${describeBatch(messages)}`);
    return 'handled';
  } catch (error) {
    if (!call.isLost || !isThrown(error)) throw error;
    run.tellLostCall(error);
    return 'lost';
  }
}

function isThrown(error: unknown): boolean {
  return isPhqKafkaError(error) && error.code === 'HANDLER_THREW';
}

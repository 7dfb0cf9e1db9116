/** Consuming, the loop of `process()`: batch after batch to the handler, until the run ends. */

import { type HandlerError, isPhqKafkaError } from '../errors.js';
import { callHandler, describeBatch, type FailedByName, type Handler } from '../handling/handler.js';
import type { ConsumedMessage } from '../message/consumed-message.js';
import { processWithPolicies } from './policy-loop.js';
import type { Run, Taken } from './run.js';

/** Resolves when the run was asked to stop and everything handled is committed. Rejects with what ended it otherwise. The group is left either way. */
export async function processBatches<T>(run: Run<T>, handler: Handler<ConsumedMessage<T>>): Promise<void> {
  const { retry, deadLetter, concurrency } = run.options;
  try {
    if ((retry ?? deadLetter ?? concurrency) !== undefined) await processWithPolicies(run, handler);
    else await processPlainly(run, handler);
  } catch (error) {
    run.fail(error);
  }
  await run.leave();
}

async function processPlainly<T>(run: Run<T>, handler: Handler<ConsumedMessage<T>>): Promise<void> {
  await run.join();
  for (let batch = await run.next(); batch !== undefined; batch = await run.next()) await handleBatch(run, batch, handler);
}

async function handleBatch<T>(run: Run<T>, batch: Taken<T>, handler: Handler<ConsumedMessage<T>>): Promise<void> {
  let called: FailedByName | 'lost' | undefined;
  try {
    if (batch.messages.length > 0) called = await call(run, batch, handler);
  } catch (error) {
    // Nothing of the batch is committed; the engine must not wait for it either.
    run.giveUp(batch);
    throw error;
  }
  if (called === 'lost') return afterLost(run, batch);
  const failure = called === undefined || called.size === 0 ? undefined : stopBeforeFailed(run, batch, called);
  run.markHandled(batch);
  if (failure !== undefined) throw failure;
  throwFault(run, batch);
}

/** The batch may have more than its handler had: skipped records, and the fault that ends the part of a partition that is still ours. */
function afterLost<T>(run: Run<T>, batch: Taken<T>): void {
  run.markLost(batch);
  throwFault(run, batch);
}

function throwFault<T>(run: Run<T>, batch: Taken<T>): void {
  const fault = run.faultOf(batch);
  if (fault !== undefined) throw fault;
}

/** Nobody handles them again, so they end the run, and their positions are where it goes on. Returns the first one's error. */
function stopBeforeFailed<T>(run: Run<T>, { messages, positions }: Taken<T>, failed: FailedByName): HandlerError {
  for (const index of failed.keys()) {
    const { topic, partition, offset } = messages[index] as ConsumedMessage<T>;
    positions.stopBefore(run.membership.batches.topicId(topic), partition, offset);
  }
  return failed.get(Math.min(...failed.keys())) as HandlerError;
}

/** 'lost': it failed, but what it had was no longer ours. */
async function call<T>(run: Run<T>, { id, messages }: Taken<T>, handler: Handler<ConsumedMessage<T>>): Promise<FailedByName | 'lost'> {
  const call = run.beginCall(id, messages);
  const called = call.enter(() => callHandler(handler, messages, { call, attempt: 1, hasPolicy: false })).finally(() => run.endCall(call));
  // Should the drain time pass first, nobody is left to hear how the handler ended.
  called.catch(() => undefined);
  try {
    const failed = await run.withinDrain(called, () => `the handler, which has ${describeBatch(messages)}`);
    if (!call.isLost || failed.size === 0) return failed;
    run.tellLostCall(failed.values().next().value);
    return 'lost';
  } catch (error) {
    if (!call.isLost || !isThrown(error)) throw error;
    run.tellLostCall(error);
    return 'lost';
  }
}

function isThrown(error: unknown): boolean {
  return isPhqKafkaError(error) && error.code === 'HANDLER_THREW';
}

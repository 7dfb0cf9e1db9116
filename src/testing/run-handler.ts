/** A handler run once over messages made by hand: what it returned, and what it failed on. No broker, no engine. */

import { UsageError } from '../errors.js';
import type { HandlerContext } from '../handling/handler.js';
import type { OutgoingMessage } from '../message/message.js';

/** Any handler: of a Consumer (returns nothing), or one that returns outputs. */
export type AnyHandler<M> = (messages: readonly M[], context: HandlerContext) => unknown;

export interface RunHandlerOptions {
  /** What the handler sees as `context.signal`. Default: one that never aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** What became of the messages. */
export interface HandlerRun<M> {
  /** What the handler returned, in order; nothing after a throw. */
  readonly outputs: readonly OutgoingMessage[];
  /** Messages that are not done, each with the error. A throw fails all of them: nothing of their batch would be committed. */
  readonly failed: readonly { readonly message: M; readonly error: unknown }[];
  /** Messages that would be parked. Always empty until failure policies exist. */
  readonly deadLettered: readonly { readonly message: M; readonly error: unknown }[];
}

const LATER = ['retry', 'deadLetter'];

/** Calls the handler once with all messages, as a batch. Never rejects because of the handler.
 *  @throws UsageError for an option that does not exist, and when the handler returned something that is neither nothing nor a list
 *  @example
 *  const { outputs, failed } = await runHandler(rank, [consumed('quake-1', { mag: 4.5 })]);
 *  assert.deepEqual(failed, []); */
export async function runHandler<M>(
  handler: AnyHandler<M>,
  messages: readonly M[],
  options: RunHandlerOptions = {},
): Promise<HandlerRun<M>> {
  checkOptions(options);
  const context: HandlerContext = { signal: options.signal ?? new AbortController().signal, attempt: 1 };
  let result: unknown;
  try {
    result = await handler(messages, context);
  } catch (error) {
    return { outputs: [], failed: messages.map((message) => ({ message, error })), deadLettered: [] };
  }
  if (result !== undefined && !Array.isArray(result)) {
    throw new UsageError('USAGE_ARGUMENT', `runHandler: a handler returns nothing or a list of outputs; got ${typeof result}`);
  }
  return { outputs: (result ?? []) as readonly OutgoingMessage[], failed: [], deadLettered: [] };
}

function checkOptions(options: RunHandlerOptions): void {
  for (const name of Object.keys(options)) {
    if (name === 'signal') continue;
    const why = LATER.includes(name) ? 'is not available yet in this version: leave it out' : 'is not an option; there is only signal';
    throw new UsageError('USAGE_ARGUMENT', `runHandler: ${name} ${why}`);
  }
}

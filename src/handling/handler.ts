/** Handling: what a user writes, and the one place that calls it. */

import { HandlerError, type Position, UsageError } from '../errors.js';
import { formatPosition } from '../message/format.js';

type Awaitable<T> = T | Promise<T>;

/** What a handler knows beside its messages. */
export interface HandlerContext {
  /** Aborts when the consumer stops: end early, or go on until `drainTimeoutMs` has passed. Aborts as well when every partition of these messages has
   *  been taken away (its reason is a KafkaException `_ASSIGNMENT_LOST`): nothing of them can be committed then, so end; throwing is harmless. A
   *  rebalance that waits for this call does not abort it. */
  readonly signal: AbortSignal;
  /** Which call this is for these messages, from 1. */
  readonly attempt: number;
}

/** Handles one batch. Returning (or resolving) means that every message is done; throwing means that none is.
 *  Shape: readonly M[] (1 to batchSize messages, in order within each partition) -> nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: an async function without a return has Promise<void>, and must be a Handler
export type Handler<M> = (messages: readonly M[], context: HandlerContext) => Awaitable<undefined | void>;

/** Calls the handler once. @throws HandlerError around whatever it threw; UsageError when it returned outputs, which a consumer cannot produce */
export async function callHandler<M extends Position>(handler: Handler<M>, messages: readonly M[], context: HandlerContext): Promise<void> {
  let result: unknown;
  try {
    result = await handler(messages, context);
  } catch (cause) {
    throw new HandlerError('HANDLER_THREW', `The handler threw on ${describeBatch(messages)}: ${describeCause(cause)}`, {
      cause,
      ...positionOf(messages[0]),
    });
  }
  // Ignoring them would lose them in silence.
  if (Array.isArray(result) && result.length > 0) {
    throw new UsageError(
      'USAGE_ARGUMENT',
      `The handler returned ${result.length} outputs, but a Consumer has nowhere to write them: produce them with a Producer inside the handler and return nothing`,
    );
  }
}

/** `12 messages from quakes:3:4711 on` */
export function describeBatch(messages: readonly Position[]): string {
  const [first] = messages;
  const count = `${messages.length} message${messages.length === 1 ? '' : 's'}`;
  return first === undefined ? count : `${count} from ${formatPosition(first)} on`;
}

function positionOf(message: Position | undefined): { position?: Position } {
  if (message === undefined) return {};
  const { topic, partition, offset } = message;
  return { position: { topic, partition, offset } };
}

function describeCause(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : typeof cause;
}

/** Handling: what a user writes, and the one place that calls it. */

import { HandlerError, type Position, UsageError } from '../errors.js';
import { describeCause } from '../message/cause.js';
import { formatPosition } from '../message/format.js';
import { FailureReport } from './failure-report.js';

type Awaitable<T> = T | Promise<T>;

/** What a handler knows beside its messages. */
export interface HandlerContext<M = unknown> {
  /** Aborts when the consumer stops: end early, or go on until `drainTimeoutMs` has passed. Aborts as well when every partition of these messages has
   *  been taken away (its reason is a KafkaException `_ASSIGNMENT_LOST`): nothing of them can be committed then, so end; throwing is harmless. A
   *  rebalance that waits for this call does not abort it. */
  readonly signal: AbortSignal;
  /** Which call this is for these messages, from 1. */
  readonly attempt: number;
  /** This message is not done, for this reason; all others are when the handler returns. Call it any number of times. Only these are handled again
   *  (`retry`), then parked (`deadLetter`), or end process(): the committed position stops before the first of them.
   *  @throws UsageError for a message that is not of this call, and once the handler has ended */
  fail(message: M, error: unknown): void;
}

/** In the context of a call after whose first failure nothing more needs to be handled, since it ends process(). */
export const ENDS_AT_FAILURE = Symbol('ends at failure');

/** How to call. */
export interface CallOptions {
  /** who has the handler's signal; it is asked for only when the handler does */
  readonly call: { readonly signal: AbortSignal };
  readonly attempt: number;
  /** a message that fails is handled again or parked */
  readonly hasPolicy: boolean;
}

/** Messages that the handler gave to `context.fail`, by index in its call. */
export type FailedByName = ReadonlyMap<number, HandlerError>;

/** Handles one batch. Returning (or resolving) means that every message is done, but those given to `context.fail`; throwing means that none is.
 *  Shape: readonly M[] (1 to batchSize messages, in order within each partition) -> nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: an async function without a return has Promise<void>, and must be a Handler
export type Handler<M> = (messages: readonly M[], context: HandlerContext<M>) => Awaitable<undefined | void>;

/** Calls the handler once; resolves with the messages that it failed by name.
 *  @throws HandlerError around whatever it threw; UsageError when it returned outputs, which a consumer cannot produce */
export async function callHandler<M extends Position>(
  handler: Handler<M>,
  messages: readonly M[],
  options: CallOptions,
): Promise<FailedByName> {
  const attempt = new HandlerAttempt(messages, options);
  let result: unknown;
  try {
    result = await handler(messages, attempt.context);
  } catch (cause) {
    throw attempt.threw(cause);
  }
  return attempt.returned(result);
}

/** One call of a handler, before and after: for whoever hears of its end by himself, to save a promise for each of thousands of calls a second.
 *  `returned` or `threw` follows. */
export class HandlerAttempt<M extends Position> {
  readonly context: HandlerContext<M>;
  readonly #messages: readonly M[];
  readonly #report: FailureReport;

  constructor(messages: readonly M[], { call, attempt, hasPolicy }: CallOptions) {
    const report = new FailureReport(messages);
    const fail = (message: M, error: unknown): void => report.add(message, error);
    this.#messages = messages;
    this.#report = report;
    this.context = hasPolicy ? new Context<M>(call, attempt, fail) : new LastContext<M>(call, attempt, fail);
  }

  /** What the handler failed by name. @throws UsageError when it returned outputs */
  returned(result: unknown): FailedByName {
    this.#report.close();
    // Ignoring them would lose them in silence.
    if (Array.isArray(result) && result.length > 0) {
      throw new UsageError(
        'USAGE_ARGUMENT',
        `The handler returned ${result.length} outputs, but a Consumer has nowhere to write them: produce them with a Producer inside the handler and return nothing`,
      );
    }
    return this.#report.failed;
  }

  /** What to throw instead. */
  threw(cause: unknown): HandlerError {
    this.#report.close();
    const text = `The handler threw on ${describeBatch(this.#messages)}: ${describeCause(cause)}`;
    return new HandlerError('HANDLER_THREW', text, { cause, ...positionOf(this.#messages[0]) });
  }
}

class Context<M> implements HandlerContext<M> {
  /** An own property, so that a spread copy has it too, with one getter for all contexts: V8 makes accessors in old space, so a getter in each context's
   *  literal would keep what it sees, here the whole batch, until the next full collection. */
  static readonly #SIGNAL = {
    enumerable: true,
    get(this: HandlerContext): AbortSignal {
      // An object made with this context as its prototype has none of its own.
      return #call in this ? (this as Context<unknown>).#call.signal : Object.getPrototypeOf(this).signal;
    },
  };

  // Not defined before the constructor runs: the keys come in the order in which it sets them.
  declare readonly signal: AbortSignal;
  declare readonly attempt: number;
  declare readonly fail: HandlerContext<M>['fail'];
  readonly #call: CallOptions['call'];

  constructor(call: CallOptions['call'], attempt: number, fail: HandlerContext<M>['fail']) {
    Object.defineProperty(this, 'signal', Context.#SIGNAL);
    this.attempt = attempt;
    this.fail = fail;
    this.#call = call;
  }
}

class LastContext<M> extends Context<M> {
  get [ENDS_AT_FAILURE](): true {
    return true;
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

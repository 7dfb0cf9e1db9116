/** A handler run over messages made by hand, by the consumer's own failure policies: what it returned, what it failed on, what would be parked. No broker,
 *  no engine, and no waiting. */

import { Part, type PartPort, type Policies } from '../consumer/part.js';
import { HandlerError, type Position, UsageError } from '../errors.js';
import { type Attempted, type CallOutcome, isClean } from '../handling/attempted.js';
import { CircuitBreaker } from '../handling/circuit-breaker.js';
import { FailureReport } from '../handling/failure-report.js';
import { ENDS_AT_FAILURE, type HandlerContext } from '../handling/handler.js';
import { createRetryPolicy, NO_RETRY } from '../handling/retry.js';
import type { OutgoingMessage } from '../message/message.js';
import { type DeadLetterOptions, type RetryOptions, readRetry } from '../settings/failure-options.js';
import { OptionReader } from '../settings/option-reader.js';
import { toFresh } from './fresh.js';

/** Any handler: of a Consumer (returns nothing), or one that returns outputs. */
export type AnyHandler<M> = (messages: readonly M[], context: HandlerContext<M>) => unknown;

export interface RunHandlerOptions {
  /** What the handler sees as `context.signal`. Default: one that never aborts. */
  readonly signal?: AbortSignal | undefined;
  /** As the Consumer's, without the waits. Default: one call. */
  readonly retry?: RetryOptions | undefined;
  /** As the Consumer's, without a topic: what would be parked is in `deadLettered`. Where the consumer would wait for better times instead, the messages
   *  are in `failed`. Default false. */
  readonly deadLetter?: boolean | Pick<DeadLetterOptions, 'maxShare'> | undefined;
}

/** What became of the messages. */
export interface HandlerRun<M> {
  /** What the handler returned, call after call; nothing of calls that threw. */
  readonly outputs: readonly OutgoingMessage[];
  /** Messages that are not done, each with the error. Without a policy a throw fails all of them: nothing of their batch would be committed. */
  readonly failed: readonly { readonly message: M; readonly error: unknown }[];
  /** Messages that would be parked. */
  readonly deadLettered: readonly { readonly message: M; readonly error: unknown }[];
}

/** One message on its way. */
class Item<M> implements Attempted {
  readonly message: M;
  attempts = 0;
  failure: Attempted['failure'];
  state: 'open' | 'done' | 'parked' = 'open';

  constructor(message: M) {
    this.message = message;
  }
}

/** Calls the handler with all messages, as a batch; what fails goes the way of the consumer, partition by partition, each call with payloads of its own.
 *  Never rejects because of the handler.
 *  @throws UsageError for an option that is wrong, and when the handler returned something that is neither nothing nor a list
 *  @example
 *  const { outputs, failed } = await runHandler(rank, [consumed('quake-1', { mag: 4.5 })]);
 *  assert.deepEqual(failed, []); */
export async function runHandler<M>(
  handler: AnyHandler<M>,
  messages: readonly M[],
  options: RunHandlerOptions = {},
): Promise<HandlerRun<M>> {
  const policies = readPolicies(options);
  const items = messages.map((message) => new Item(message));
  const outputs: OutgoingMessage[] = [];
  const call = callWith(handler, options, outputs);
  const outcome = await call(items);
  const parts = isClean(outcome) && items.length > 0 ? [] : byPartition(items);
  if (parts.length === 0) finish(items);
  for (const part of parts) await new Part(part, policies, portOf(call)).run({ outcome, alone: parts.length === 1 });
  return { outputs, failed: inState(items, 'open'), deadLettered: inState(items, 'parked') };
}

type Call<M> = (items: readonly Item<M>[]) => Promise<CallOutcome<Item<M>>>;

function callWith<M>(handler: AnyHandler<M>, options: RunHandlerOptions, outputs: OutgoingMessage[]): Call<M> {
  const signal = options.signal ?? new AbortController().signal;
  const hasPolicy = options.retry !== undefined || Boolean(options.deadLetter);
  return async (items) => {
    const messages = items.map(({ message, attempts }) => (attempts === 0 ? message : toFresh(message)));
    const report = new FailureReport(messages as unknown as readonly Position[]);
    const attempt = 1 + Math.max(0, ...items.map(({ attempts }) => attempts));
    const context: HandlerContext<M> = { signal, attempt, fail: (message, error) => report.add(message as unknown as Position, error) };
    if (!hasPolicy) Object.defineProperty(context, ENDS_AT_FAILURE, { value: true });
    let result: unknown;
    try {
      result = await handler(messages, context);
    } catch (cause) {
      return { threw: new HandlerError('HANDLER_THREW', 'The handler threw', { cause }), failed: new Map() };
    } finally {
      report.close();
    }
    if (result !== undefined && !Array.isArray(result)) {
      throw new UsageError('USAGE_ARGUMENT', `runHandler: a handler returns nothing or a list of outputs; got ${typeof result}`);
    }
    outputs.push(...((result ?? []) as readonly OutgoingMessage[]));
    return { threw: undefined, failed: new Map([...report.failed].map(([index, error]) => [items[index] as Item<M>, error])) };
  };
}

function portOf<M>(call: Call<M>): PartPort<Item<M>> {
  return {
    call,
    // Better times do not come in a test.
    wait: async ({ reason }) => reason === 'retry',
    done: finish,
    park: async (items) => {
      for (const item of items) item.state = 'parked';
      return true;
    },
  };
}

function finish(items: readonly Item<unknown>[]): void {
  for (const item of items) item.state = 'done';
}

function readPolicies({ signal: _, deadLetter, ...options }: RunHandlerOptions): Policies {
  const read = new OptionReader(options);
  read.only(['retry'], []);
  const retry = readRetry(read);
  const maxShare = typeof deadLetter === 'object' ? (deadLetter.maxShare ?? 0.5) : 0.5;
  const [fault] = read.faults;
  if (fault !== undefined) throw new UsageError('USAGE_ARGUMENT', `runHandler: ${fault.key} ${fault.message}`);
  return {
    retry: retry === undefined ? NO_RETRY : createRetryPolicy(retry),
    backoffMs: () => 0,
    breaker: deadLetter === undefined || deadLetter === false ? undefined : new CircuitBreaker(maxShare),
    isMixed: true,
  };
}

function byPartition<M>(items: readonly Item<M>[]): Item<M>[][] {
  const parts = new Map<string, Item<M>[]>();
  for (const item of items) {
    const { topic, partition } = item.message as Partial<Position>;
    const key = `${topic}:${partition}`;
    parts.set(key, [...(parts.get(key) ?? []), item]);
  }
  return [...parts.values()];
}

function inState<M>(items: readonly Item<M>[], state: Item<M>['state']): HandlerRun<M>['failed'] {
  return items.filter((item) => item.state === state).map(({ message, failure }) => ({ message, error: failure?.error.cause }));
}

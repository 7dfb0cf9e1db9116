/** Consuming with a failure policy or concurrency, step 3: handler calls, only so many at once, each with payloads that nobody has seen before. */

import { HandlerError } from '../errors.js';
import type { CallOutcome } from '../handling/attempted.js';
import { type FailedByName, type Handler, HandlerAttempt } from '../handling/handler.js';
import { ConsumedMessage } from '../message/consumed-message.js';
import { CallWatch } from './call-watch.js';
import type { Entry } from './entry.js';
import { type HandlerCall, NO_BATCH } from './handler-calls.js';
import { type ReadOptions, type Row, readRow } from './read-row.js';
import type { Run } from './run.js';
import { Slots, type Turn } from './slots.js';

/** A call that was made, and how it went. */
export interface Called<T> {
  readonly entries: readonly Entry<T>[];
  readonly outcome: CallOutcome<Entry<T>>;
}

/** Hears how a call went; undefined: there was nothing to call with, it failed with what was no longer ours, or the run ends with what
 *  it threw. */
export type CallEnd<T> = (called: Called<T> | undefined) => void;

/** What a call is for. */
export interface CallOf {
  /** Nothing of it is ours any more. */
  readonly isGone: boolean;
}

/** A call under way. */
interface Running<T> {
  readonly of: CallOf;
  readonly entries: readonly Entry<T>[];
  readonly ended: CallEnd<T>;
  readonly startedMs: number;
  /** its number in the watch */
  readonly watched: number;
  /** none while its messages are read */
  call: HandlerCall | undefined;
}

/** A larger value is read by its call: what is read ahead must not weigh. */
const READ_AHEAD_BYTES = 16 * 1024;

export class Calls<T> {
  readonly #run: Run<T>;
  readonly #handler: Handler<ConsumedMessage<T>>;
  readonly #slots: Slots;
  readonly #watch: CallWatch;
  readonly #rowOptions: ReadOptions;
  readonly #hasPolicy: boolean;
  /** messages in calls that run, for the word about what a stop waits for */
  #messages = 0;

  constructor(run: Run<T>, handler: Handler<ConsumedMessage<T>>) {
    const { membership, concurrency, maxPollIntervalMs, tombstones, inputSchemas, retry, deadLetter } = run.options;
    this.#run = run;
    this.#handler = handler;
    this.#slots = new Slots(concurrency?.max ?? 1);
    this.#watch = new CallWatch((agoMs) => membership.batches.calling(agoMs), maxPollIntervalMs);
    this.#rowOptions = { tombstones, inputSchemas, topicName: (id) => membership.batches.topicName(id) };
    this.#hasPolicy = retry !== undefined || deadLetter !== undefined;
  }

  get messages(): number {
    return this.#messages;
  }

  /** Has it go when it is its turn: at once, or later. It must call `callNow`, which ends the turn. */
  whenFree(turn: Turn): void {
    this.#slots.take(turn);
  }

  /** Reads what the entry's first call will want, unless it is large: what cannot be read is found again by the call. Where a schema judges, it has been
   *  read already. */
  readAhead(entry: Entry<T>): void {
    if (entry.message !== undefined || entry.valueBytes > READ_AHEAD_BYTES) return;
    const read = readRow<T>(entry.view, entry.row, this.#rowOptions);
    if (read instanceof ConsumedMessage) entry.message = read;
  }

  /** Calls, where it is the caller's turn, tells how that went, and ends the turn. By callbacks: with async hooks on, a promise more for each of thousands
   *  of calls a second is dear. */
  callNow(of: CallOf, entries: readonly Entry<T>[], ended: CallEnd<T>): void {
    if (entries.length === 0) {
      this.#tell(ended, undefined);
      return;
    }
    const startedMs = performance.now();
    const running: Running<T> = { of, entries, ended, startedMs, watched: this.#watch.begin(startedMs), call: undefined };
    this.#messages += entries.length;
    try {
      const reading = this.#messagesOf(entries);
      if (!(reading instanceof Promise)) this.#begin(running, reading);
      else reading.then((messages) => this.#beginLate(running, messages)).catch((error: unknown) => this.#end(running, rethrow(error)));
    } catch (error) {
      this.#end(running, rethrow(error));
    }
  }

  /** Schemas took their time. */
  #beginLate(running: Running<T>, messages: readonly ConsumedMessage<T>[]): void {
    if (running.of.isGone) this.#end(running, undefined);
    else this.#begin(running, messages);
  }

  /** What it throws itself it throws before the handler is called. */
  #begin(running: Running<T>, messages: readonly ConsumedMessage<T>[]): void {
    const call = this.#run.beginCall(NO_BATCH, messages);
    running.call = call;
    const attempt = new HandlerAttempt(messages, { call, attempt: 1 + mostAttempts(running.entries), hasPolicy: this.#hasPolicy });
    promised(() => call.enter(() => this.#handler(messages, attempt.context))).then(
      (result) => this.#end(running, () => attempt.returned(result)),
      (cause) =>
        this.#end(running, () => {
          throw attempt.threw(cause);
        }),
    );
  }

  /** The call has ended, and whatever is thrown from here on, that is told and its turn given back. `failed`: what the handler failed by name; throws
   *  what the call threw; undefined: the handler was not called. */
  #end(running: Running<T>, failed: (() => FailedByName) | undefined): void {
    if (running.call !== undefined) this.#run.endCall(running.call);
    this.#messages -= running.entries.length;
    this.#watch.end(running.watched, performance.now());
    let called: Called<T> | undefined;
    try {
      if (failed !== undefined) called = this.#judge(running, failed);
    } catch (error) {
      this.#run.fail(error);
    }
    this.#tell(running.ended, called);
  }

  /** Undefined: it failed with what was no longer ours. @throws what ends the run */
  #judge({ entries, startedMs, call }: Running<T>, failed: () => FailedByName): Called<T> | undefined {
    let byIndex: FailedByName;
    try {
      byIndex = failed();
    } catch (error) {
      if (!(error instanceof HandlerError)) throw error;
      if (call?.isLost !== true) return { entries, outcome: { threw: error, failed: NONE } };
      this.#run.tellLostCall(error);
      return undefined;
    }
    this.#run.tellCalled(entries.length - byIndex.size, performance.now() - startedMs);
    if (byIndex.size === 0) return { entries, outcome: CLEAN };
    if (call?.isLost === true) {
      this.#run.tellLostCall(byIndex.values().next().value);
      return undefined;
    }
    const byEntry = new Map([...byIndex].map(([index, error]) => [entries[index] as Entry<T>, error]));
    return { entries, outcome: { threw: undefined, failed: byEntry } };
  }

  #tell(ended: CallEnd<T>, called: Called<T> | undefined): void {
    try {
      ended(called);
    } catch (error) {
      this.#run.fail(error);
    }
    this.#slots.give();
  }

  /** A promise only where a schema gives one. @throws HandlerError, PayloadError */
  #messagesOf(entries: readonly Entry<T>[]): readonly ConsumedMessage<T>[] | Promise<readonly ConsumedMessage<T>[]> {
    const messages: ConsumedMessage<T>[] = [];
    for (let index = 0; index < entries.length; index++) {
      const read = this.#take(entries[index] as Entry<T>);
      if (read instanceof Promise) return this.#messagesLater(messages, { pending: read, rest: entries.slice(index + 1) });
      messages.push(requireMessage(read));
    }
    return messages;
  }

  /** In order: a schema is never asked about two at once. */
  async #messagesLater(
    messages: ConsumedMessage<T>[],
    { pending, rest }: { readonly pending: Promise<Row<T>>; readonly rest: readonly Entry<T>[] },
  ): Promise<readonly ConsumedMessage<T>[]> {
    messages.push(requireMessage(await pending));
    for (const entry of rest) messages.push(requireMessage(await this.#take(entry)));
    return messages;
  }

  /** No two calls get the same payload. */
  #take(entry: Entry<T>): Row<T> | Promise<Row<T>> {
    const { message, view, row } = entry;
    entry.message = undefined;
    return message ?? readRow<T>(view, row, this.#rowOptions);
  }
}

/** It was judged when its batch was taken. Only a schema may say something else the second time, and a payload that was not looked at may be one that V8
 *  refuses though the engine did not: none is known. */
function requireMessage<T>(read: Row<T>): ConsumedMessage<T> {
  if (read instanceof ConsumedMessage) return read;
  if (read !== undefined && read.code !== 'PAYLOAD_SCHEMA') throw read;
  const text = 'The schema of an input topic refuses a payload that it has let through before: it must judge by the payload alone';
  throw new HandlerError('SCHEMA_THREW', text, { cause: read, ...(read?.position === undefined ? {} : { position: read.position }) });
}

// biome-ignore lint/suspicious/noExplicitAny: nothing is in it, so it is a map of anything
const NONE: ReadonlyMap<any, HandlerError> = new Map();
// biome-ignore lint/suspicious/noExplicitAny: as above
const CLEAN: CallOutcome<any> = { threw: undefined, failed: NONE };

/** Throws it, when called. */
function rethrow(error: unknown): () => never {
  return () => {
    throw error;
  };
}

/** What it returns or throws, always as a promise. */
function promised(call: () => unknown): Promise<unknown> {
  try {
    return Promise.resolve(call());
  } catch (error) {
    return Promise.reject(error);
  }
}

function mostAttempts(entries: readonly Entry<unknown>[]): number {
  let most = 0;
  for (const { attempts } of entries) most = Math.max(most, attempts);
  return most;
}

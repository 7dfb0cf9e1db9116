/** Consuming with a failure policy or concurrency, step 3: handler calls, only so many at once, each with payloads that nobody has seen before. */

import { HandlerError } from '../errors.js';
import type { CallOutcome } from '../handling/attempted.js';
import { type Handler, HandlerAttempt } from '../handling/handler.js';
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

  /** Waits for its turn, then calls. `pick` says with what, when the turn has come; nothing = nobody is called, and undefined is returned. */
  async call(pick: () => readonly Entry<T>[]): Promise<Called<T> | undefined> {
    await new Promise<void>((resolve) => this.whenFree({ go: resolve }));
    return this.callNow(pick());
  }

  /** Calls, where it is the caller's turn, and ends the turn. Undefined: there was nothing to call with, or it threw what was no longer ours. */
  async callNow(entries: readonly Entry<T>[]): Promise<Called<T> | undefined> {
    if (entries.length === 0) {
      this.#slots.give();
      return undefined;
    }
    const startedMs = performance.now();
    const watched = this.#watch.begin();
    this.#messages += entries.length;
    let call: HandlerCall | undefined;
    try {
      const reading = this.#messagesOf(entries);
      const messages = reading instanceof Promise ? await reading : reading;
      const begun = this.#run.beginCall(NO_BATCH, messages);
      call = begun;
      const attempt = new HandlerAttempt(messages, { call, attempt: 1 + mostAttempts(entries), hasPolicy: this.#hasPolicy });
      let result: unknown;
      try {
        result = await begun.run(() => this.#handler(messages, attempt.context));
      } catch (cause) {
        throw attempt.threw(cause);
      }
      const failed = attempt.returned(result);
      this.#run.tellCalled({ messages: entries.length - failed.size, startedMs });
      if (failed.size === 0) return { entries, outcome: CLEAN };
      const byEntry = new Map([...failed].map(([index, error]) => [entries[index] as Entry<T>, error]));
      return { entries, outcome: { threw: undefined, failed: byEntry } };
    } catch (error) {
      if (!(error instanceof HandlerError)) throw error;
      if (call?.isLost !== true) return { entries, outcome: { threw: error, failed: NONE } };
      this.#run.tellLostCall(error);
      return undefined;
    } finally {
      if (call !== undefined) this.#run.endCall(call);
      this.#messages -= entries.length;
      this.#watch.end(watched);
      this.#slots.give();
    }
  }

  /** A promise only where a schema gives one. @throws HandlerError, PayloadError */
  #messagesOf(entries: readonly Entry<T>[]): readonly ConsumedMessage<T>[] | Promise<readonly ConsumedMessage<T>[]> {
    const messages: ConsumedMessage<T>[] = [];
    for (const [index, entry] of entries.entries()) {
      const read = this.#take(entry);
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

function mostAttempts(entries: readonly Entry<unknown>[]): number {
  let most = 0;
  for (const { attempts } of entries) most = Math.max(most, attempts);
  return most;
}

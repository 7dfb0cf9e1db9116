/** Consuming with a failure policy or concurrency, step 3: handler calls, only so many at once, each with payloads that nobody has seen before. */

import { HandlerError } from '../errors.js';
import type { CallOutcome } from '../handling/attempted.js';
import { callHandler, type Handler } from '../handling/handler.js';
import type { ConsumedMessage } from '../message/consumed-message.js';
import { CallWatch } from './call-watch.js';
import { type RowOptions, readRow } from './decode.js';
import type { Entry } from './entry.js';
import { callInside } from './handler-call.js';
import type { Run } from './run.js';
import { Slots } from './slots.js';

export class Calls<T> {
  readonly #run: Run<T>;
  readonly #handler: Handler<ConsumedMessage<T>>;
  readonly #slots: Slots;
  readonly #watch: CallWatch;
  readonly #rowOptions: RowOptions;
  readonly #hasPolicy: boolean;
  /** messages in calls that run, for the word about what a stop waits for */
  #messages = 0;

  constructor(run: Run<T>, handler: Handler<ConsumedMessage<T>>) {
    const { membership, concurrency, maxPollIntervalMs, tombstones, retry, deadLetter } = run.options;
    this.#run = run;
    this.#handler = handler;
    this.#slots = new Slots(concurrency?.max ?? 1);
    this.#watch = new CallWatch((agoMs) => membership.calling(agoMs), maxPollIntervalMs);
    this.#rowOptions = { tombstones, topicName: (id) => membership.topicName(id) };
    this.#hasPolicy = retry !== undefined || deadLetter !== undefined;
  }

  get messages(): number {
    return this.#messages;
  }

  /** Waits for its turn, then calls. `pick` says with what, when the turn has come; nothing = nobody is called, and undefined is returned. */
  async call(
    pick: () => readonly Entry<T>[],
  ): Promise<{ readonly entries: readonly Entry<T>[]; readonly outcome: CallOutcome<Entry<T>> } | undefined> {
    const turn = this.#slots.take();
    if (turn !== undefined) await turn;
    try {
      const entries = pick();
      return entries.length === 0 ? undefined : { entries, outcome: await this.#call(entries) };
    } finally {
      this.#slots.give();
    }
  }

  async #call(entries: readonly Entry<T>[]): Promise<CallOutcome<Entry<T>>> {
    const options = { signal: this.#run.signal, attempt: 1 + mostAttempts(entries), hasPolicy: this.#hasPolicy };
    const messages = entries.map((entry) => this.#messageOf(entry));
    const startedMs = performance.now();
    const call = this.#watch.begin();
    this.#messages += entries.length;
    const { result, end } = callInside(this.#run, () => callHandler(this.#handler, messages, options));
    try {
      const failed = await result;
      this.#run.tellCalled({ messages: entries.length - failed.size, startedMs });
      if (failed.size === 0) return CLEAN;
      return { threw: undefined, failed: new Map([...failed].map(([index, error]) => [entries[index] as Entry<T>, error])) };
    } catch (error) {
      if (error instanceof HandlerError) return { threw: error, failed: NONE };
      throw error;
    } finally {
      end();
      this.#messages -= entries.length;
      this.#watch.end(call);
    }
  }

  #messageOf(entry: Entry<T>): ConsumedMessage<T> {
    const { message, view, row } = entry;
    entry.message = undefined;
    // It was read before, so it can be read again.
    return message ?? (readRow<T>(view, row, this.#rowOptions) as ConsumedMessage<T>);
  }
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

/** Between a native client and its TypeScript owner: wakes, drains, pairs answers with requests, and decides whether the process may end. */

import { InvariantError, TimeoutError, UsageError } from '../errors.js';
import { openEngine, toKafkaException } from './faults.js';
import type { NativeEvent } from './native.js';

type EventOf<K extends NativeEvent['kind']> = Extract<NativeEvent, { readonly kind: K }>;
/** Events that answer a request by its number. */
export type AnswerKind = 'delivered' | 'committed' | 'result' | 'page';
/** Events that nobody asked for: they go to the listener. */
export type NewsEvent = Exclude<NativeEvent, { readonly kind: AnswerKind | 'closed' }>;

/** What every native client has. */
export interface NativeHandle {
  drain(): NativeEvent[];
  close(timeoutMs: number): void;
}

export interface MailboxOptions<H extends NativeHandle> {
  /** for messages, e.g. `producer "ranker"` */
  readonly name: string;
  open(wake: () => void): H;
  onNews(event: NewsEvent): void;
  /** told what `onNews` threw: that is our fault, but must not stop the answers behind it */
  onFault(error: unknown): void;
}

interface Pending {
  readonly kind: AnswerKind;
  resolve(event: NativeEvent): void;
  reject(error: unknown): void;
}

/** The engine answers a close by its deadline; this much later we stop believing it. */
const CLOSE_GRACE_MS = 2_000;
/** Node takes a longer timer for none. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Mailbox<H extends NativeHandle> {
  readonly handle: H;
  readonly #options: MailboxOptions<H>;
  readonly #pending = new Map<number, Pending>();
  #nextRequest = 1;
  /** Once set, every pending and later request rejects with it. */
  #failure: unknown;
  #closing: Promise<EventOf<'closed'>> | undefined;
  #settleClose: ((event: EventOf<'closed'>) => void) | undefined;
  #reasonsToLive = 0;
  // The native wake-up is weak, so a forgotten idle client lets the process end; this timer is what keeps it alive while somebody waits.
  #keepAlive: NodeJS.Timeout | undefined;

  /** Opens the client. @throws SettingsError when librdkafka refuses the configuration. */
  constructor(options: MailboxOptions<H>) {
    this.#options = options;
    this.handle = openEngine(`Opening the ${options.name}`, () => options.open(() => this.#drain()));
  }

  /** How many requests wait for their answer. */
  get pendingCount(): number {
    return this.#pending.size;
  }

  /** Sends a request under a new number and resolves with its answer. The call is made before this returns, so order is kept. */
  request<K extends AnswerKind>(kind: K, send: (request: number) => void): Promise<EventOf<K>> {
    return new Promise<EventOf<K>>((resolve, reject) => {
      if (this.#failure !== undefined) throw this.#failure;
      const request = this.#nextRequest++;
      send(request);
      this.#pending.set(request, { kind, resolve: resolve as (event: NativeEvent) => void, reject });
      this.holdProcess();
    });
  }

  /** A request answered by JSON; a fault rejects with a KafkaException whose message starts with `what`. */
  async ask<T>(what: string, send: (request: number) => void): Promise<T> {
    const answer = await this.request('result', send);
    if (answer.error !== null) throw toKafkaException(answer.error, { what });
    return JSON.parse(answer.json) as T;
  }

  /** Everything pending and everything later rejects with `error`; the client can still be closed. */
  fail(error: unknown): void {
    this.#failure ??= error;
    for (const [request, pending] of [...this.#pending]) {
      this.#pending.delete(request);
      this.releaseProcess();
      pending.reject(error);
    }
  }

  /** Closes the client within the deadline (milliseconds) and resolves when it is freed; every call gets the same promise. */
  close(timeoutMs: number): Promise<EventOf<'closed'>> {
    this.#closing ??= this.#close(timeoutMs);
    return this.#closing;
  }

  /** One more reason to keep the process running; pair it with `releaseProcess`. */
  holdProcess(): void {
    if (this.#reasonsToLive++ === 0) this.#keepAlive = setInterval(() => undefined, LONGEST_TIMER_MS);
  }

  releaseProcess(): void {
    if (--this.#reasonsToLive === 0) clearInterval(this.#keepAlive);
  }

  async #close(timeoutMs: number): Promise<EventOf<'closed'>> {
    this.holdProcess();
    let guard: NodeJS.Timeout | undefined;
    try {
      return await new Promise<EventOf<'closed'>>((resolve, reject) => {
        this.#settleClose = resolve;
        guard = setTimeout(() => reject(this.#closeTimeout(timeoutMs)), Math.min(timeoutMs + CLOSE_GRACE_MS, LONGEST_TIMER_MS));
        this.handle.close(timeoutMs);
      });
    } finally {
      clearTimeout(guard);
      this.fail(new UsageError('USAGE_CLOSED', `The ${this.#options.name} was closed before it had its answer`));
      this.releaseProcess();
    }
  }

  #closeTimeout(timeoutMs: number): TimeoutError {
    return new TimeoutError(
      'TIMEOUT_CLOSE',
      `Closing the ${this.#options.name}: the engine has not ended ${timeoutMs} ms after it was told to`,
      { timeoutMs },
    );
  }

  /** What the report of a fault throws (a user's logger) is thrown, but only behind the other events: they are answers that come once. */
  #drain(): void {
    let thrown: { readonly error: unknown } | undefined;
    for (const event of this.handle.drain()) {
      try {
        this.#dispatch(event);
      } catch (error) {
        thrown ??= { error };
      }
    }
    if (thrown !== undefined) throw thrown.error;
  }

  #dispatch(event: NativeEvent): void {
    switch (event.kind) {
      case 'delivered':
      case 'committed':
      case 'result':
      case 'page':
        this.#answer(event);
        break;
      case 'closed':
        this.#settleClose?.(event);
        break;
      default:
        this.#tell(event);
    }
  }

  #answer(event: EventOf<AnswerKind>): void {
    const pending = this.#pending.get(event.request);
    // Not waited for any more: it was rejected by `fail`.
    if (pending === undefined) return;
    this.#pending.delete(event.request);
    this.releaseProcess();
    if (pending.kind === event.kind) pending.resolve(event);
    else pending.reject(new InvariantError('INVARIANT', `A ${pending.kind} request was answered by ${event.kind}`, { state: { event } }));
  }

  #tell(event: NewsEvent): void {
    try {
      this.#options.onNews(event);
    } catch (error) {
      this.#options.onFault(error);
    }
  }
}

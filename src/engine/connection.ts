/** One native client as its owner sees it: opened, connected, its errors and logs told apart, its last trouble remembered, closed. */

import { type KafkaException, TimeoutError, UsageError } from '../errors.js';
import type { Logger } from '../settings/logger.js';
import type { OauthTokenProvider } from '../settings/oauth-token.js';
import type { EngineConfig } from './clients.js';
import { CODE, kindOf } from './codes.js';
import { Diagnosis } from './diagnosis.js';
import { toKafkaException } from './faults.js';
import { LONGEST_TIMER_MS, Mailbox, type NativeHandle, type NewsEvent } from './mailbox.js';
import type { MetadataJson, NativeFault, NativeTokenTaker } from './native.js';
import { isEchoOfFailure, OauthTokens } from './oauth-tokens.js';
import { Refusals } from './refusals.js';
import { Troubles } from './troubles.js';

/** A handle that can ask the cluster for its metadata. */
export interface ConnectableHandle extends NativeHandle, Partial<NativeTokenTaker> {
  metadata(request: number, topic: string | null, timeoutMs: number): void;
}

/** What only the client's role can answer: rebalances, readiness, stopped partitions. */
export type RoleEvent = Exclude<NewsEvent, { readonly kind: 'error' | 'log' | 'stats' }>;

export interface ConnectionOptions<H extends ConnectableHandle> {
  /** for messages, e.g. `producer "ranker"` */
  readonly name: string;
  /** the brokers as the user wrote them, for messages */
  readonly bootstrapServers: string;
  readonly config: EngineConfig;
  readonly oauthToken?: OauthTokenProvider | undefined;
  readonly logger: Logger;
  open(wake: () => void): H;
  /** told after the log has it; a fatal one has failed everything pending by then */
  onError(error: KafkaException): void;
  /** the brokers have never let this client in and will not: told after `onError`, again at every further attempt */
  onRefused?(error: KafkaException): void;
  onLog(line: { readonly level: number; readonly facility: string; readonly message: string }): void;
  onStats(json: string): void;
  onRoleEvent(event: RoleEvent): void;
}

/** A provider of tokens that failed this often in a row, with no token so far, is taken for broken rather than busy: about 1.5 s. */
const TOKEN_ATTEMPTS = 3;

export class Connection<H extends ConnectableHandle> {
  readonly mailbox: Mailbox<H>;
  readonly #options: ConnectionOptions<H>;
  #fatal: KafkaException | undefined;
  readonly #troubles = new Troubles();
  readonly #refusals = new Refusals();
  readonly #diagnosis: Diagnosis;
  readonly #tokens: OauthTokens | undefined;
  /** ends each call of connect() that waits */
  readonly #connects = new Set<(error: KafkaException) => void>();
  #closed = false;

  /** Opens the client: no network yet. @throws SettingsError when librdkafka refuses the configuration */
  constructor(options: ConnectionOptions<H>) {
    this.#options = options;
    this.mailbox = new Mailbox<H>({
      name: options.name,
      open: (wake) => options.open(wake),
      onNews: (event) => this.#onNews(event),
      onFault: (error) => this.#onOwnFault(error),
    });
    this.#diagnosis = new Diagnosis(options.config, options.bootstrapServers);
    const { name, oauthToken: fetch } = options;
    const { handle } = this.mailbox;
    if (fetch === undefined || !takesTokens(handle)) return;
    this.#tokens = new OauthTokens({
      ...{ name, fetch, handle },
      onFailure: (error, { failures, hasToken }) => {
        this.#onError(error);
        if (!hasToken && failures >= TOKEN_ATTEMPTS && !this.#refusals.isLetIn) this.#refuse(error);
      },
    });
  }

  /** The latest trouble with the cluster: it explains what would otherwise only be "timed out". */
  get lastError(): KafkaException | undefined {
    return this.#troubles.explanation;
  }

  /** The error after which nothing works any more. */
  get fatal(): KafkaException | undefined {
    return this.#fatal;
  }

  /** Resolves with the number of brokers once one has answered. Milliseconds.
   *  @throws UsageError; TimeoutError TIMEOUT_CONNECT; KafkaException as soon as credentials or certificates are refused */
  async connect(timeoutMs: number): Promise<number> {
    const { mailbox } = this;
    // The engine takes other numbers for something else: -1 is its "for ever".
    if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > LONGEST_TIMER_MS) {
      const rule = `timeoutMs must be a whole number of milliseconds from 1 to ${LONGEST_TIMER_MS}`;
      throw new UsageError('USAGE_ARGUMENT', `${this.#connecting()}: ${rule}, got ${timeoutMs}`);
    }
    let refuse = (_: KafkaException): void => undefined;
    const refused = new Promise<never>((_, reject) => {
      refuse = reject;
    });
    this.#connects.add(refuse);
    const asked = mailbox.request('result', (request) => mailbox.handle.metadata(request, null, timeoutMs));
    // Whichever loses the race has nobody waiting for it.
    asked.catch(() => undefined);
    try {
      const answer = await Promise.race([asked, refused]);
      if (answer.error !== null) throw this.#connectError(toKafkaException(answer.error, { what: this.#connecting() }), timeoutMs);
      this.noteContact();
      return (JSON.parse(answer.json) as MetadataJson).brokers.length;
    } finally {
      this.#connects.delete(refuse);
    }
  }

  /** A broker has served this client: from now on troubles may pass. */
  noteContact(): void {
    this.#refusals.noteContact();
  }

  /** Closes the client; see `Mailbox.close`. */
  close(timeoutMs: number): ReturnType<Mailbox<H>['close']> {
    this.#closed = true;
    this.#tokens?.end();
    return this.mailbox.close(timeoutMs);
  }

  /** The end of a sentence that explains a time-out. */
  because(): string {
    return this.lastError === undefined ? '' : `; the last error was: ${this.lastError.message}`;
  }

  #onNews(event: NewsEvent): void {
    switch (event.kind) {
      case 'error':
        this.#onFault(event.error);
        break;
      case 'log':
        this.#log(event.level, event.facility, event.message);
        this.#options.onLog({ level: event.level, facility: event.facility, message: event.message });
        break;
      case 'stats':
        this.#options.onStats(event.json);
        break;
      default:
        this.#options.onRoleEvent(event);
    }
  }

  #log(level: number, facility: string, message: string): void {
    const fields = { facility, client: this.#options.name };
    logByLevel(this.#options.logger, QUIETER[facility] ?? level, fields, message);
  }

  #onFault(fault: NativeFault): void {
    if (this.#tokens !== undefined && isEchoOfFailure(fault.message)) return;
    const what = `The ${this.#options.name}`;
    const error = toKafkaException(fault, { what, advice: this.#diagnosis.adviceOnLogin(fault) });
    // Remembered at once: whoever times out while the broker is looked at has a reason already.
    const state = { isLetIn: this.#refusals.isLetIn, isUnexplained: this.#troubles.explanation === undefined };
    const isNews = this.#troubles.note(error, performance.now());
    if (!fault.fatal && this.#diagnosis.mayConcernTls(fault, state))
      this.#lookAndTell(fault, error, isNews).catch((failure: unknown) => this.#onOwnFault(failure));
    else this.#tell(error, isNews);
  }

  /** librdkafka has one text for several causes: the broker is looked at first. */
  async #lookAndTell(fault: NativeFault, error: KafkaException, isNews: boolean): Promise<void> {
    const advice = await this.#diagnosis.adviceOnTls(fault);
    if (advice === undefined) return this.#tell(error, isNews);
    const { message, fatal, abortable } = fault;
    const found = { code: CODE.ssl, name: '_SSL', message, fatal, abortable, retriable: false };
    const cause = fault.code === CODE.ssl ? undefined : error;
    const explained = toKafkaException(found, { what: `The ${this.#options.name}`, advice, cause });
    this.#troubles.note(explained, performance.now());
    // What it was before counts as well: that all brokers are down, for one.
    this.#refusals.judge(error);
    this.#tell(explained, isNews);
  }

  #onOwnFault(error: unknown): void {
    this.#options.logger.error({ err: error }, `The ${this.#options.name} failed to handle an event of the engine`);
  }

  #onError(error: KafkaException): void {
    if (this.#troubles.note(error, performance.now())) this.#publish(error);
  }

  #tell(error: KafkaException, isNews: boolean): void {
    // The look may have taken longer than the client lived.
    if (this.#closed) return;
    if (isNews) this.#publish(error);
    // A refused password stays refused: waiting out the deadline would only hide the reason.
    if (kindOf(error.kafkaCode) === 'security') this.#rejectConnects(error);
    const refusal = this.#refusals.judge(error);
    if (refusal !== undefined) this.#refuse(refusal);
  }

  #rejectConnects(error: KafkaException): void {
    for (const refuse of this.#connects) refuse(error);
  }

  #refuse(error: KafkaException): void {
    this.#rejectConnects(error);
    this.#options.onRefused?.(error);
  }

  #publish(error: KafkaException): void {
    const { logger } = this.#options;
    const fields = { kafkaCode: error.kafkaCode, kafkaName: error.kafkaName };
    if (error.fatal) {
      this.#fatal ??= error;
      this.mailbox.fail(this.#fatal);
      logger.error(fields, error.message);
    } else {
      logger.warn(fields, error.message);
    }
    this.#options.onError(error);
  }

  #connecting(): string {
    return `Connecting the ${this.#options.name} to ${this.#options.bootstrapServers}`;
  }

  #connectError(error: KafkaException, timeoutMs: number): Error {
    const kind = kindOf(error.kafkaCode);
    if (kind !== 'transient' && kind !== 'unreachable') return error;
    const text = `${this.#connecting()}: waited ${timeoutMs} ms for a broker to answer a metadata request`;
    return new TimeoutError('TIMEOUT_CONNECT', `${text}${this.because() || `; got: ${error.message}`}`, {
      timeoutMs,
      cause: this.lastError ?? error,
    });
  }
}

/** By librdkafka's facility: lines that say less than their level. */
const QUIETER: Readonly<Record<string, number>> = {
  // A broken connection is told twice, as a log line and as an error event: the event has the number, so that one is for everybody.
  FAIL: 7,
  // A fresh broker refuses the first producer's id while it creates its transaction log; librdkafka asks again, and a lasting failure is an error event.
  GETPID: 6,
};

/** Levels as in syslog: up to 3 error, 4 warning, 5 and 6 information, 7 debug. */
function logByLevel(logger: Logger, level: number, fields: Record<string, unknown>, message: string): void {
  if (level <= 3) logger.error(fields, message);
  else if (level === 4) logger.warn(fields, message);
  else if (level <= 6) logger.info(fields, message);
  else logger.debug(fields, message);
}

/** Consumers and producers do; who offers no `oauthToken` option has a client that need not. */
function takesTokens<H extends ConnectableHandle>(handle: H): handle is H & NativeTokenTaker {
  return handle.setOauthToken !== undefined && handle.oauthTokenFailed !== undefined;
}

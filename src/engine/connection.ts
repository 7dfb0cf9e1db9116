/** One native client as its owner sees it: opened, connected, its errors and logs told apart, its last trouble remembered, closed. */

import { type KafkaException, TimeoutError } from '../errors.js';
import type { Logger } from '../settings/logger.js';
import { kindOf } from './codes.js';
import { toKafkaException } from './faults.js';
import { Mailbox, type NativeHandle, type NewsEvent } from './mailbox.js';
import type { MetadataJson } from './native.js';
import { Troubles } from './troubles.js';

/** A handle that can ask the cluster for its metadata. */
export interface ConnectableHandle extends NativeHandle {
  metadata(request: number, topic: string | null, timeoutMs: number): void;
}

/** What only the client's role can answer: rebalances, readiness, stopped partitions. */
export type RoleEvent = Exclude<NewsEvent, { readonly kind: 'error' | 'log' | 'stats' }>;

export interface ConnectionOptions<H extends ConnectableHandle> {
  /** for messages, e.g. `producer "ranker"` */
  readonly name: string;
  /** the brokers as the user wrote them, for messages */
  readonly bootstrapServers: string;
  readonly logger: Logger;
  open(wake: () => void): H;
  /** told after the log has it; a fatal one has failed everything pending by then */
  onError(error: KafkaException): void;
  onLog(line: { readonly level: number; readonly facility: string; readonly message: string }): void;
  onStats(json: string): void;
  onRoleEvent(event: RoleEvent): void;
}

export class Connection<H extends ConnectableHandle> {
  readonly mailbox: Mailbox<H>;
  readonly #options: ConnectionOptions<H>;
  #fatal: KafkaException | undefined;
  readonly #troubles = new Troubles();
  #failConnect: ((error: KafkaException) => void) | undefined;

  /** Opens the client: no network yet. @throws SettingsError when librdkafka refuses the configuration */
  constructor(options: ConnectionOptions<H>) {
    this.#options = options;
    this.mailbox = new Mailbox<H>({
      name: options.name,
      open: (wake) => options.open(wake),
      onNews: (event) => this.#onNews(event),
      onFault: (error) => options.logger.error({ err: error }, `The ${options.name} failed to handle an event of the engine`),
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
   *  @throws TimeoutError TIMEOUT_CONNECT; KafkaException as soon as credentials or certificates are refused */
  async connect(timeoutMs: number): Promise<number> {
    const { mailbox } = this;
    const refused = new Promise<never>((_, reject) => {
      this.#failConnect = reject;
    });
    const asked = mailbox.request('result', (request) => mailbox.handle.metadata(request, null, timeoutMs));
    // Whichever loses the race has nobody waiting for it.
    asked.catch(() => undefined);
    try {
      const answer = await Promise.race([asked, refused]);
      if (answer.error !== null) throw this.#connectError(toKafkaException(answer.error, { what: this.#connecting() }), timeoutMs);
      return (JSON.parse(answer.json) as MetadataJson).brokers.length;
    } finally {
      this.#failConnect = undefined;
    }
  }

  /** The end of a sentence that explains a time-out. */
  because(): string {
    return this.lastError === undefined ? '' : `; the last error was: ${this.lastError.message}`;
  }

  #onNews(event: NewsEvent): void {
    switch (event.kind) {
      case 'error':
        this.#onError(toKafkaException(event.error, { what: `The ${this.#options.name}` }));
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

  #onError(error: KafkaException): void {
    const { logger } = this.#options;
    if (!this.#troubles.note(error, performance.now())) return;
    const fields = { kafkaCode: error.kafkaCode, kafkaName: error.kafkaName };
    if (error.fatal) {
      this.#fatal ??= error;
      this.mailbox.fail(this.#fatal);
      logger.error(fields, error.message);
    } else {
      logger.warn(fields, error.message);
    }
    // A refused password stays refused: waiting out the deadline would only hide the reason.
    if (kindOf(error.kafkaCode) === 'security') this.#failConnect?.(error);
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

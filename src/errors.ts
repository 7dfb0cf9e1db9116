/** Ground floor: every public error, told apart by who must act, with one union of codes; nothing in the library throws anything else. */

/** Where a record lies in Kafka. `offset` is exact up to 2^53. */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** The caller's configuration is wrong. */
export type SettingsErrorCode = 'SETTINGS_INVALID';
/** The caller's program is wrong. */
export type UsageErrorCode =
  /** called after `close()` */
  | 'USAGE_CLOSED'
  /** an argument has the wrong shape */
  | 'USAGE_ARGUMENT'
  /** a payload that JSON cannot carry */
  | 'USAGE_PAYLOAD'
  /** a payload that the schema of its output topic refuses */
  | 'USAGE_SCHEMA'
  /** no native binary for this platform is installed */
  | 'ENGINE_MISSING'
  /** the native binary found is too old or lacks a feature */
  | 'ENGINE_UNFIT';
/** The data in a topic is wrong. */
export type PayloadErrorCode =
  | 'PAYLOAD_NOT_UTF8'
  | 'PAYLOAD_NOT_JSON'
  /** JSON, but not an object */
  | 'PAYLOAD_NOT_AN_ENVELOPE'
  | 'PAYLOAD_NO_ITEM'
  | 'PAYLOAD_TOO_DEEP'
  /** readable, but the schema of its topic refuses it; `issues` say why */
  | 'PAYLOAD_SCHEMA'
  /** a `dt` of a history that is not RFC 3339 */
  | 'PAYLOAD_BAD_TIME';
export type HandlerErrorCode =
  /** none of its messages is done */
  | 'HANDLER_THREW'
  /** it gave this one message to `context.fail` */
  | 'HANDLER_FAILED'
  /** a schema threw, or its promise rejected, instead of saying what is wrong with the value */
  | 'SCHEMA_THREW';
export type DeliveryErrorCode = 'DELIVERY_FAILED';
export type KafkaErrorCode = 'KAFKA';
export type TimeoutErrorCode = 'TIMEOUT_CONNECT' | 'TIMEOUT_CLOSE' | 'TIMEOUT_DRAIN' | 'TIMEOUT_READ';
export type DeadLetterErrorCode =
  /** a message could not be parked: its partition waits and it is tried again */
  | 'DEAD_LETTER_FAILED'
  /** the topic to park in does not exist, or cannot be created */
  | 'DEAD_LETTER_MISSING';
export type InvariantErrorCode = 'INVARIANT';

/** Every code there is. A `switch` over it is checked by the compiler. */
export type ErrorCode =
  | SettingsErrorCode
  | UsageErrorCode
  | PayloadErrorCode
  | HandlerErrorCode
  | DeliveryErrorCode
  | KafkaErrorCode
  | TimeoutErrorCode
  | DeadLetterErrorCode
  | InvariantErrorCode;

/** What every error may carry. */
export interface ErrorDetail {
  readonly cause?: unknown;
  readonly position?: Position | undefined;
  /** May the same call succeed later without anyone changing anything? Default false: unknown is not retriable. */
  readonly retriable?: boolean;
}

// Symbol.for is shared by every copy of this package and by every test realm, where `instanceof` fails.
const BRAND = Symbol.for('@predicthq/kafka.error');

/** What all errors of this library have in common. Ask with `isPhqKafkaError(value)`, then look at `code`. */
export abstract class PhqKafkaError extends Error {
  readonly code: ErrorCode;
  readonly retriable: boolean;
  declare readonly position?: Position;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    super(message, 'cause' in detail ? { cause: detail.cause } : undefined);
    this.code = code;
    this.retriable = detail.retriable ?? false;
    if (detail.position !== undefined) this.position = detail.position;
  }

  get [BRAND](): true {
    return true;
  }
}

/** Is this an error of this library, of whatever copy or realm? @example if (isPhqKafkaError(e) && e.code === 'TIMEOUT_CLOSE') … */
export function isPhqKafkaError(value: unknown): value is PhqKafkaError {
  return typeof value === 'object' && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true;
}

/** One fault of a configuration: the option or librdkafka key it concerns, and what is wrong with it. */
export interface SettingsFault {
  readonly key: string;
  readonly message: string;
}

/** The configuration is wrong; `faults` lists everything found, not only the first. Secret values never appear in it. */
export class SettingsError extends PhqKafkaError {
  declare readonly code: SettingsErrorCode;
  readonly faults: readonly SettingsFault[];

  constructor(code: SettingsErrorCode, message: string, detail: ErrorDetail & { readonly faults: readonly SettingsFault[] }) {
    super(code, message, detail);
    this.faults = detail.faults;
  }
}

/** The program calls the library wrongly: an argument, an order of calls, a payload that is not JSON. */
export class UsageError extends PhqKafkaError {
  declare readonly code: UsageErrorCode;

  constructor(code: UsageErrorCode, message: string, detail?: ErrorDetail) {
    super(code, message, detail);
  }
}

/** What a schema finds wrong with a payload. */
export interface PayloadIssue {
  /** Where, as JavaScript would write it: `stations[3].depth`; empty = the payload itself. At most 200 characters. */
  readonly path: string;
  /** The schema's words, without what was found there. At most 200 characters. */
  readonly message: string;
}

interface PayloadDetail extends ErrorDetail {
  readonly byte?: number | undefined;
  readonly issues?: readonly PayloadIssue[] | undefined;
}

/** A record's value cannot be read, or is not what the schema of its topic says. It names the position, and the byte or the issues where there are
 *  such; it never quotes the value, which may be private: the position finds it again. */
export class PayloadError extends PhqKafkaError {
  declare readonly code: PayloadErrorCode;
  /** Byte in the original value where reading failed, from 0. */
  declare readonly byte?: number;
  /** What the schema says (PAYLOAD_SCHEMA): the first 10 issues. */
  declare readonly issues?: readonly PayloadIssue[];

  constructor(code: PayloadErrorCode, message: string, detail: PayloadDetail = {}) {
    super(code, message, detail);
    if (detail.byte !== undefined) this.byte = detail.byte;
    if (detail.issues !== undefined) this.issues = detail.issues;
  }
}

/** The user's code failed: a handler that threw or gave a message to `context.fail`, or a schema that threw; `cause` is what it threw or gave, untouched. */
export class HandlerError extends PhqKafkaError {
  declare readonly code: HandlerErrorCode;

  constructor(code: HandlerErrorCode, message: string, detail: ErrorDetail & { readonly cause: unknown }) {
    super(code, message, detail);
  }
}

export interface KafkaDetail extends ErrorDetail {
  /** librdkafka's number: negative = raised by the client, positive = answered by a broker. */
  readonly kafkaCode: number;
  /** librdkafka's name without prefix, e.g. `_TRANSPORT`, `MSG_SIZE_TOO_LARGE`. */
  readonly kafkaName: string;
  readonly fatal?: boolean;
  readonly abortable?: boolean;
}

/** The cluster or librdkafka says no. Decide by `kafkaCode`, never by the text. */
export class KafkaException extends PhqKafkaError {
  declare readonly code: KafkaErrorCode;
  readonly kafkaCode: number;
  readonly kafkaName: string;
  /** The client is unusable from now on: close it and make a new one. */
  readonly fatal: boolean;
  /** The running transaction must be aborted; the client stays usable. */
  readonly abortable: boolean;

  constructor(code: KafkaErrorCode, message: string, detail: KafkaDetail) {
    super(code, message, detail);
    this.kafkaCode = detail.kafkaCode;
    this.kafkaName = detail.kafkaName;
    this.fatal = detail.fatal ?? false;
    this.abortable = detail.abortable ?? false;
  }
}

/** Where an acknowledged record lies. offset -1: stored, but nobody told where: the acknowledgement was lost with its connection,
 *  and that of a later record proves this one. `skipped` = it was too large and `ignoreLargeMessageErrors` let it go (its offset is -1 too). */
export interface Delivery extends Position {
  readonly skipped?: KafkaException;
}

export interface DeliveryFailure<M = unknown> {
  /** Index in the batch as given. */
  readonly index: number;
  readonly message: M;
  readonly error: KafkaException;
  /** 'no' = certainly not in the topic, sending again makes no duplicate; 'possibly' = it may have been written. */
  readonly persisted: 'no' | 'possibly';
}

/** Some records of a batch were not acknowledged; the others were. */
export class DeliveryError<M = unknown> extends PhqKafkaError {
  declare readonly code: DeliveryErrorCode;
  declare readonly delivered: readonly Delivery[];
  declare readonly failed: readonly DeliveryFailure<M>[];

  constructor(
    code: DeliveryErrorCode,
    message: string,
    detail: ErrorDetail & { readonly delivered: readonly Delivery[]; readonly failed: readonly DeliveryFailure<M>[] },
  ) {
    super(code, message, detail);
    // Not enumerable: a logger that prints the error must not print a batch of payloads with it.
    Object.defineProperty(this, 'delivered', { value: detail.delivered });
    Object.defineProperty(this, 'failed', { value: detail.failed });
  }
}

/** A deadline passed; the message says what was waited for. */
export class TimeoutError extends PhqKafkaError {
  declare readonly code: TimeoutErrorCode;
  /** The deadline that passed, milliseconds. */
  readonly timeoutMs: number;

  constructor(code: TimeoutErrorCode, message: string, detail: ErrorDetail & { readonly timeoutMs: number }) {
    super(code, message, detail);
    this.timeoutMs = detail.timeoutMs;
  }
}

/** A message could not be parked in its dead letter topic, so its position is not committed; or that topic does not exist. */
export class DeadLetterError extends PhqKafkaError {
  declare readonly code: DeadLetterErrorCode;

  constructor(code: DeadLetterErrorCode, message: string, detail?: ErrorDetail) {
    super(code, message, detail);
  }
}

/** Should never happen: a fault of this library. Please report it with `state`. */
export class InvariantError extends PhqKafkaError {
  declare readonly code: InvariantErrorCode;
  readonly state: Readonly<Record<string, unknown>>;

  constructor(code: InvariantErrorCode, message: string, detail: ErrorDetail & { readonly state: Readonly<Record<string, unknown>> }) {
    super(code, `${message} (this should never happen: please report it with the error's \`state\`)`, detail);
    this.state = detail.state;
  }
}

// On the prototypes, as literals: a bundler that renames classes must not rename errors.
const NAMES = {
  SettingsError,
  UsageError,
  PayloadError,
  HandlerError,
  DeliveryError,
  KafkaException,
  TimeoutError,
  DeadLetterError,
  InvariantError,
};
for (const [name, type] of Object.entries(NAMES)) {
  Object.defineProperty(type.prototype, 'name', { value: name, writable: true, configurable: true });
}

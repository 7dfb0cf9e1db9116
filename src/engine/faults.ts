/** Where an error leaves the engine: a fault that crossed the boundary as data becomes an exception, decided by number, never by text. */

import { KafkaException, type Position, SettingsError } from '../errors.js';
import { CODE, hintFor, isRetriable, kindOf } from './codes.js';
import type { NativeFault } from './native.js';

/** What the caller knows about a fault and the engine does not. */
export interface FaultContext {
  /** what was being done, as the start of a sentence, e.g. `Producing to "quakes"` */
  readonly what: string;
  readonly position?: Position | undefined;
  /** what to check, when more is known than the number tells */
  readonly advice?: string | undefined;
  /** an earlier error that explains this one, e.g. the refused connection behind a timed-out record */
  readonly cause?: unknown;
}

/** A fault of the engine as the exception that users see: what, where, got, try. */
export function toKafkaException(fault: NativeFault, context: FaultContext): KafkaException {
  const hint = context.advice ?? hintFor(fault.code);
  const where = context.position ? ` at ${context.position.topic}:${context.position.partition}:${context.position.offset}` : '';
  const message = `${context.what}${where}: ${fault.message} (${fault.name}, ${fault.code})${hint ? `; ${hint}` : ''}`;
  return new KafkaException('KAFKA', message, {
    kafkaCode: fault.code,
    kafkaName: fault.name,
    fatal: fault.fatal || fault.code === CODE.fatal,
    abortable: fault.abortable,
    retriable: !fault.fatal && (fault.retriable || isRetriable(fault.code)),
    position: context.position,
    ...('cause' in context && context.cause !== undefined ? { cause: context.cause } : {}),
  });
}

const FAULT_PREFIX = 'phq-kafka-engine:';

/** Runs a synchronous call of the engine; a fault that it throws leaves as a KafkaException. */
export function callEngine<T>(what: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const fault = readFault(error);
    throw fault === null ? error : toKafkaException(fault, { what, cause: error });
  }
}

/** Makes a client of the engine; a configuration that librdkafka refuses is a SettingsError, since only the settings can be at fault there. */
export function openEngine<T>(what: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    const fault = readFault(error);
    if (fault === null) throw error;
    if (kindOf(fault.code) !== 'refused') throw toKafkaException(fault, { what, cause: error });
    // The engine puts the key in front of what librdkafka says about it.
    const key = /^([a-z0-9_.]+): /.exec(fault.message)?.[1] ?? 'kafkaConfig';
    throw new SettingsError('SETTINGS_INVALID', `${what}: librdkafka refused the configuration: ${fault.message}`, {
      faults: [{ key, message: fault.message }],
      cause: error,
    });
  }
}

function readFault(error: unknown): NativeFault | null {
  if (!(error instanceof Error) || !error.message.startsWith(FAULT_PREFIX)) return null;
  return JSON.parse(error.message.slice(FAULT_PREFIX.length)) as NativeFault;
}

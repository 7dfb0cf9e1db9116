/** Consuming, step 2 for one row: a message, or why it is none: what the engine found, what the JSON parser found, what the topic's schema says. */

import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { BatchView } from '../engine/batch-view.js';
import { FAULT } from '../engine/native.js';
import { PayloadError, type PayloadErrorCode, type Position } from '../errors.js';
import { ConsumedMessage, RawBytes } from '../message/consumed-message.js';
import { formatPosition } from '../message/format.js';
import { findJsonFault } from '../message/json-fault.js';
import { LazyRef } from '../message/lazy-ref.js';
import { checkPayload, Refusal, type Verdict } from '../message/payload-check.js';
import type { TopicSchemas } from '../settings/schemas.js';

export interface ReadOptions {
  readonly tombstones: 'skip' | 'deliver';
  /** undefined = no payload is checked */
  readonly inputSchemas: TopicSchemas | undefined;
  topicName(id: number): string;
}

/** A message, undefined for a tombstone that is to be skipped, or why the row cannot be read. */
export type Row<T> = ConsumedMessage<T> | PayloadError | undefined;

/** A promise only where the topic's schema gives one. @throws HandlerError SCHEMA_THREW, also as a rejection */
export function readRow<T>(view: BatchView, row: number, options: ReadOptions): Row<T> | Promise<Row<T>> {
  const fault = view.fault(row);
  if (fault !== FAULT.none) return toPayloadError(view, row, fault, options);
  if (!view.isTombstone(row)) return readMessage(view, row, options);
  return options.tombstones === 'deliver' ? makeMessage(view, row, options, null as T, true) : undefined;
}

/** To be handled; its payload is read when its call comes. */
export const UNREAD = Symbol('unread');

/** As `readRow`, but without a look at a payload that nobody judges: the engine has seen that it is JSON. What is read early lives as long as it waits. */
export function judgeRow<T>(view: BatchView, row: number, options: ReadOptions): Row<T> | typeof UNREAD | Promise<Row<T>> {
  const isJudged = options.inputSchemas?.of(options.topicName(view.topicId(row))) !== undefined;
  return isJudged || view.isTombstone(row) || view.fault(row) !== FAULT.none ? readRow<T>(view, row, options) : UNREAD;
}

function readMessage<T>(view: BatchView, row: number, options: ReadOptions): Row<T> | Promise<Row<T>> {
  let payload: T;
  try {
    payload = JSON.parse(view.itemText(row)) as T;
  } catch {
    // What the engine lets through V8 may still refuse. Its words quote the value: no cause.
    return toPayloadError(view, row, FAULT.notJson, options);
  }
  const schema = options.inputSchemas?.of(options.topicName(view.topicId(row)));
  return schema === undefined ? makeMessage(view, row, options, payload, false) : checkMessage(view, row, options, schema, payload);
}

/** What the schema makes of the payload is the message's. */
function checkMessage<T>(
  view: BatchView,
  row: number,
  options: ReadOptions,
  schema: StandardSchemaV1,
  payload: unknown,
): Row<T> | Promise<Row<T>> {
  const toRow = (verdict: Verdict): Row<T> =>
    verdict instanceof Refusal ? toSchemaFault(view, row, options, verdict) : makeMessage(view, row, options, verdict.value as T, false);
  const verdict = checkPayload(schema, payload, () => {
    const position = positionOf(view, row, options);
    return { topic: position.topic, place: formatPosition(position), position };
  });
  return verdict instanceof Promise ? verdict.then(toRow) : toRow(verdict);
}

function toSchemaFault(view: BatchView, row: number, options: ReadOptions, refusal: Refusal): PayloadError {
  const position = positionOf(view, row, options);
  const text = `Value of ${formatPosition(position)} does not fit the schema of topic "${position.topic}": ${refusal}`;
  return new PayloadError('PAYLOAD_SCHEMA', text, { position, issues: refusal.issues });
}

function makeMessage<T>(view: BatchView, row: number, options: ReadOptions, payload: T, isTombstone: boolean): ConsumedMessage<T> {
  const topic = options.topicName(view.topicId(row));
  const ref = new LazyRef(topic, view.partition(row), view.offset(row), view.key(row), view, row);
  const message = new ConsumedMessage<T>(payload, ref, view.timestampMs(row), view.headers(row), new RawBytes(view, row));
  // Only a tombstone has the property, so that a spread of any other message does not write one.
  return isTombstone ? Object.assign(message, { tombstone: true as const }) : message;
}

const FAULTS: Readonly<Record<number, readonly [PayloadErrorCode, string]>> = {
  [FAULT.notUtf8]: ['PAYLOAD_NOT_UTF8', 'is not UTF-8'],
  [FAULT.notJson]: ['PAYLOAD_NOT_JSON', 'is not JSON'],
  [FAULT.notAnObject]: ['PAYLOAD_NOT_AN_ENVELOPE', 'is JSON but not an object with an `item`'],
  [FAULT.noItem]: ['PAYLOAD_NO_ITEM', 'is an object without `item`'],
  [FAULT.tooDeep]: ['PAYLOAD_TOO_DEEP', 'is nested more than 1000 levels deep'],
};

function toPayloadError(view: BatchView, row: number, fault: number, options: ReadOptions): PayloadError {
  const [code, what] = FAULTS[fault] ?? (['PAYLOAD_NOT_JSON', 'cannot be read'] as const);
  const byte = fault === FAULT.notJson ? jsonFaultByte(view, row) : view.faultAt(row);
  return new PayloadError(code, `Value of ${where(view, row, options)} ${what}: ${found(view, row, byte)} at byte ${byte}`, {
    position: positionOf(view, row, options),
    byte,
  });
}

/** The engine's parser is one byte off for some faults, so the exact byte is found here: only for faulty records, which are few. */
function jsonFaultByte(view: BatchView, row: number): number {
  const text = view.rawValue(row)?.toString('utf8') ?? '';
  const index = findJsonFault(text);
  return index < 0 ? view.faultAt(row) : Buffer.byteLength(text.slice(0, index));
}

/** One character of a value is shown, never more: the value may be private, the position finds it again. */
function found(view: BatchView, row: number, byte: number): string {
  const value = view.rawValue(row);
  const code = value?.[byte];
  if (code === undefined) return 'unexpected end';
  return code >= 0x20 && code < 0x7f
    ? `unexpected ${JSON.stringify(String.fromCharCode(code))}`
    : `unexpected 0x${code.toString(16).padStart(2, '0')}`;
}

function positionOf(view: BatchView, row: number, options: ReadOptions): Position {
  return { topic: options.topicName(view.topicId(row)), partition: view.partition(row), offset: view.offset(row) };
}

function where(view: BatchView, row: number, options: ReadOptions): string {
  return formatPosition(positionOf(view, row, options));
}

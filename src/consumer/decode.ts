/** Consuming, step 2: rows become messages. Tombstones are skipped, a faulty row ends its partition's part of the batch. */

import type { BatchView } from '../engine/batch-view.js';
import { FAULT } from '../engine/native.js';
import { PayloadError, type PayloadErrorCode, type Position } from '../errors.js';
import { ConsumedMessage, RawBytes } from '../message/consumed-message.js';
import { formatPosition } from '../message/format.js';
import { findJsonFault } from '../message/json-fault.js';
import { findLatest } from '../message/latest-only.js';
import { LazyRef } from '../message/lazy-ref.js';
import { Positions } from './positions.js';

export interface DecodedBatch<T> {
  readonly messages: readonly ConsumedMessage<T>[];
  /** up to where each partition is done once the messages are handled */
  readonly positions: Positions;
  readonly tombstones: number;
  /** messages that a later one of the same id replaced (latestOnly) */
  readonly superseded: number;
  /** records that could not be read and were passed over (onInvalid: 'skip') */
  readonly invalid: number;
  /** the first faulty row, if there is one; its position is where its partition's commit ends */
  readonly fault: PayloadError | undefined;
}

export interface DecodeOptions {
  readonly latestOnly: boolean;
  readonly tombstones: 'skip' | 'deliver';
  readonly onInvalid: 'stop' | 'skip';
  /** told of each record that cannot be read; under 'stop' only of the first in each partition */
  onFault(error: PayloadError): void;
  topicName(id: number): string;
}

/** Each call parses afresh, so no attempt sees what an earlier one did to its payloads. */
export function decodeBatch<T>(view: BatchView, options: DecodeOptions): DecodedBatch<T> {
  const positions = new Positions();
  const messages: ConsumedMessage<T>[] = [];
  let [tombstones, invalid] = [0, 0];
  let fault: PayloadError | undefined;
  for (let row = 0; row < view.count; row++) {
    if (fault !== undefined && positions.isStopped(view, row)) continue;
    const read = readRow<T>(view, row, options);
    if (read instanceof PayloadError) {
      options.onFault(read);
      if (options.onInvalid === 'stop') {
        positions.stopAt(view, row);
        fault ??= read;
        continue;
      }
      invalid++;
    } else if (read === undefined) tombstones++;
    else messages.push(read);
    positions.advance(view, row);
  }
  const kept = options.latestOnly ? findLatest(messages).map((index) => messages[index] as ConsumedMessage<T>) : messages;
  return { messages: kept, positions, tombstones, superseded: messages.length - kept.length, invalid, fault };
}

/** A message, undefined for a tombstone that is to be skipped, or why the row cannot be read. */
function readRow<T>(view: BatchView, row: number, options: DecodeOptions): ConsumedMessage<T> | PayloadError | undefined {
  const fault = view.fault(row);
  if (fault !== FAULT.none) return toPayloadError(view, row, fault, options);
  if (!view.isTombstone(row)) return readMessage(view, row, options);
  return options.tombstones === 'deliver' ? makeMessage(view, row, options, null as T, true) : undefined;
}

function readMessage<T>(view: BatchView, row: number, options: DecodeOptions): ConsumedMessage<T> | PayloadError {
  let payload: T;
  try {
    payload = JSON.parse(view.itemText(row)) as T;
  } catch {
    // What the engine lets through V8 may still refuse. Its words quote the value: no cause.
    return toPayloadError(view, row, FAULT.notJson, options);
  }
  return makeMessage(view, row, options, payload, false);
}

function makeMessage<T>(view: BatchView, row: number, options: DecodeOptions, payload: T, isTombstone: boolean): ConsumedMessage<T> {
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

function toPayloadError(view: BatchView, row: number, fault: number, options: DecodeOptions): PayloadError {
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

function positionOf(view: BatchView, row: number, options: DecodeOptions): Position {
  return { topic: options.topicName(view.topicId(row)), partition: view.partition(row), offset: view.offset(row) };
}

function where(view: BatchView, row: number, options: DecodeOptions): string {
  return formatPosition(positionOf(view, row, options));
}

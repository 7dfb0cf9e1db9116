/** Message layer: the way in, record by record, for the low-level functions. (The consumer's batches are split by the engine instead.) */
import { PayloadError, type PayloadErrorCode, type Position } from '../errors.js';
import { formatPosition } from './format.js';
import { type History, isObject, PYTHON_MAX_HOPS, type Ref } from './history.js';
import { findDepthFault, findJsonFault, findUtf8Fault, MAX_JSON_DEPTH } from './json-fault.js';

/** A record as Kafka gives it. */
export interface KafkaRecord extends Position {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
}

export interface UnpackedPayload {
  readonly item: unknown;
  readonly ref: Ref;
}

/** Reads one record's envelope: its item, and a ref to it that carries its history.
 *  Shape: KafkaRecord -> { item, ref }, or null for a tombstone (null value). A history of 100 hops or more, or one in the old form with a
 *  single ref where a list belongs, becomes null, exactly as in Python. A key that is not UTF-8 becomes null.
 *  Units: `byte` of the error counts from 0 in the value.
 *  @throws PayloadError (position, byte) when the value is not UTF-8, not JSON, not an object, without `item`, or nested over 1000 deep.
 *  @example const unpacked = unpackKafkaPayload(record); if (unpacked) use(unpacked.item) */
export function unpackKafkaPayload(record: KafkaRecord): UnpackedPayload | null {
  if (record.value === null) return null;
  const envelope = parseEnvelope(toText(record.value, record), record);
  const hist = isObject(envelope.hist) ? (envelope.hist as unknown as History) : null;
  const { topic, partition, offset } = record;
  const ref = { topic, partition, offset, key: toKey(record.key), hist: isForgottenByPython(hist) ? null : hist };
  return { item: envelope.item, ref };
}

function parseEnvelope(text: string, position: Position): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // V8's own words quote the value, which may be private: they are not kept as a cause.
    throw notJson(text, position);
  }
  refuseDepth(text, position);
  if (!isObject(value)) throw fault('PAYLOAD_NOT_AN_ENVELOPE', 'Value is JSON but not an object with an `item`', position, 0);
  if (!Object.hasOwn(value, 'item')) throw fault('PAYLOAD_NO_ITEM', 'Value is an object without `item`', position, 0);
  return value;
}

function refuseDepth(text: string, position: Position): void {
  // Two brackets a level: a shorter text needs no look.
  if (text.length <= 2 * MAX_JSON_DEPTH) return;
  const index = findDepthFault(text, MAX_JSON_DEPTH);
  if (index < 0) return;
  const byte = Buffer.byteLength(text.slice(0, index));
  throw fault('PAYLOAD_TOO_DEEP', `Value is nested more than ${MAX_JSON_DEPTH} levels deep at byte ${byte}`, position, byte);
}

function toText(value: Buffer | string, position: Position): string {
  if (typeof value === 'string') return value;
  const byte = findUtf8Fault(value);
  if (byte >= 0) throw fault('PAYLOAD_NOT_UTF8', `Value is not UTF-8: the sequence at byte ${byte} is malformed`, position, byte);
  return value.toString('utf8');
}

function toKey(key: Buffer | string | null): string | null {
  if (key === null || typeof key === 'string') return key;
  return findUtf8Fault(key) < 0 ? key.toString('utf8') : null;
}

function notJson(text: string, position: Position): PayloadError {
  const index = findJsonFault(text);
  const byte = Buffer.byteLength(text.slice(0, index));
  const found =
    index >= text.length ? 'unexpected end' : `unexpected ${JSON.stringify(String.fromCodePoint(text.codePointAt(index) as number))}`;
  return fault('PAYLOAD_NOT_JSON', `Value is not JSON: ${found} at byte ${byte}`, position, byte);
}

function fault(code: PayloadErrorCode, what: string, position: Position, byte?: number): PayloadError {
  const { topic, partition, offset } = position;
  return new PayloadError(code, `${what} (record ${formatPosition(position)})`, { position: { topic, partition, offset }, byte });
}

/** Python forgets a whole history when any line in it has 100 hops or a single ref where a list belongs. Depth first without recursion. */
function isForgottenByPython(root: History | null): boolean {
  const open: { readonly hist: History; readonly hops: number }[] = root === null ? [] : [{ hist: root, hops: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.hops >= PYTHON_MAX_HOPS || isObject(next.hist.refs)) return true;
    if (!Array.isArray(next.hist.refs)) continue;
    for (const ref of next.hist.refs as readonly unknown[]) {
      const hist = isObject(ref) ? ref.hist : null;
      if (isObject(hist)) open.push({ hist: hist as unknown as History, hops: next.hops + 1 });
    }
  }
  return false;
}

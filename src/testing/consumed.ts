/** What a handler gets, made by hand: a unit test of a handler needs neither a broker nor the engine. */

import type { StandardSchemaV1 } from '@standard-schema/spec';
import { UsageError } from '../errors.js';
import { ConsumedMessage, RawBytes } from '../message/consumed-message.js';
import { formatNow } from '../message/datetime.js';
import { packKafkaPayload } from '../message/envelope.js';
import type { History, Ref } from '../message/history.js';
import type { Headers } from '../message/message.js';
import { checkPayload, Refusal } from '../message/payload-check.js';

/** Where the message lies and what came with it; everything has a default. */
export interface ConsumedOptions<K extends string = string, S extends StandardSchemaV1 | undefined = undefined> {
  /** Default 'test'. Handlers of a topic map tell messages apart by it. */
  readonly topic?: K | undefined;
  /** Default 0. */
  readonly partition?: number | undefined;
  /** Default: 0, 1, 2 … in the order of the calls, so that no two messages share a position. */
  readonly offset?: number | undefined;
  /** Milliseconds since 1970. Default: now. */
  readonly timestampMs?: number | undefined;
  /** Default: none. A text is written as UTF-8. */
  readonly headers?: readonly (readonly [name: string, value: Buffer | string | null])[] | undefined;
  /** The messages it was made of, by a service "test". Default: none. */
  readonly refs?: readonly Ref[] | undefined;
  /** Its whole history; wins over `refs`. null = none, as from a topic without envelopes. */
  readonly hist?: History | null | undefined;
  /** true = as `tombstones: 'deliver'` delivers a record without a value; the payload must be null. */
  readonly tombstone?: boolean | undefined;
  /** The topic's schema: the handler gets what it makes of the payload, as from a consumer with a topic map. Default: none. */
  readonly schema?: S | undefined;
}

let nextOffset = 0;

/** A message as a handler gets it from a topic.
 *  Shape: id string or null; payload anything JSON can carry, copied through JSON as a topic would (dates become text, undefined fields go), then through
 *  `schema`, which may make dates of it again.
 *  @throws UsageError when JSON cannot carry the payload, a tombstone has one, or the schema refuses it or is asynchronous
 *  @example const { failed } = await runHandler(rank, [consumed('quake-1', { mag: 4.5 }, { topic: 'quakes' })]); */
export function consumed<S extends StandardSchemaV1, const K extends string = string>(
  id: string | null,
  payload: StandardSchemaV1.InferInput<S>,
  options: ConsumedOptions<K, S> & { readonly schema: S },
): ConsumedMessage<StandardSchemaV1.InferOutput<S>, K>;
export function consumed<T, const K extends string = string>(
  id: string | null,
  payload: T,
  options?: ConsumedOptions<K>,
): ConsumedMessage<T, K>;
export function consumed(
  id: string | null,
  payload: unknown,
  options: ConsumedOptions<string, StandardSchemaV1 | undefined> = {},
): ConsumedMessage {
  const { topic = 'test', partition = 0, offset = nextOffset++, timestampMs = Date.now(), headers = [], refs = [], tombstone } = options;
  if (tombstone && payload !== null) throw new UsageError('USAGE_ARGUMENT', 'consumed: a tombstone has no payload: give null');
  const hist = options.hist === undefined ? { svc: 'test', dt: formatNow(), refs } : options.hist;
  const value = tombstone ? null : Buffer.from(packKafkaPayload(hist?.svc ?? 'test', payload, hist?.refs));
  const parsed = value === null ? null : throughSchema((JSON.parse(value.toString()) as { item: unknown }).item, topic, options.schema);
  const ref: Ref = { topic, partition, offset, key: id, hist };
  const raw = new RawBytes({ rawKey: () => toBuffer(id), rawValue: () => value }, 0);
  const message = new ConsumedMessage(parsed, ref, timestampMs, toHeaders(headers), raw);
  return tombstone ? Object.assign(message, { tombstone: true as const }) : message;
}

function throughSchema(payload: unknown, topic: string, schema: StandardSchemaV1 | undefined): unknown {
  if (schema === undefined) return payload;
  const verdict = checkPayload(schema, payload, () => ({ topic, place: 'consumed()' }));
  if (verdict instanceof Promise) {
    // Its verdict comes too late for anyone.
    verdict.catch(() => undefined);
    throw new UsageError('USAGE_ARGUMENT', 'consumed: the schema is asynchronous; ask it yourself and give what it makes of the payload');
  }
  if (verdict instanceof Refusal) throw new UsageError('USAGE_SCHEMA', `consumed: the schema of topic "${topic}" refuses it: ${verdict}`);
  return verdict.value;
}

const toBuffer = (value: Buffer | string | null): Buffer | null => (typeof value === 'string' ? Buffer.from(value) : value);

function toHeaders(headers: NonNullable<ConsumedOptions['headers']>): Headers {
  return headers.map(([name, value]) => [name, toBuffer(value)] as const);
}

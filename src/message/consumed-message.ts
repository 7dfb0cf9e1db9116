/** Message layer: what a handler is given. Made once per record at full speed, so its constructors only store fields. */
import { inspect } from 'node:util';
import type { Position } from '../errors.js';
import type { Ref } from './history.js';
import type { Headers } from './message.js';

/** Where a batch keeps the original bytes of its rows. */
export interface RawSource {
  rawKey(row: number): Buffer | null;
  rawValue(row: number): Buffer | null;
}

/** The record's bytes as they came, cut from the batch when asked for. Each read makes a new Buffer. */
export class RawBytes {
  readonly #source: RawSource;
  readonly #row: number;

  constructor(source: RawSource, row: number) {
    this.#source = source;
    this.#row = row;
  }

  get key(): Buffer | null {
    return this.#source.rawKey(this.#row);
  }

  get value(): Buffer | null {
    return this.#source.rawValue(this.#row);
  }
}

/** The headers of the many messages that have none. */
export const NO_HEADERS: Headers = Object.freeze([]);

/** A message as a handler gets it.
 *  Shape: own enumerable fields, so `{ ...message }` is a sound output that keeps its refs; `refs` is one ref: the message itself.
 *  Units: timestampMs milliseconds since 1970, -1 when the broker gives none; offset exact up to 2^53. */
export class ConsumedMessage<T = unknown, K extends string = string> implements Position {
  readonly id: string | null;
  readonly payload: T;
  readonly refs: readonly [Ref];
  readonly topic: K;
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly headers: Headers;
  readonly raw: { readonly key: Buffer | null; readonly value: Buffer | null };
  /** true when the record has no value, which means that the key is deleted (`tombstones: 'deliver'`); `payload` is null then. */
  declare readonly tombstone?: true;

  // Positional and from the ref: an argument object per message is what a profile of the loop shows first.
  constructor(payload: T, ref: Ref, timestampMs: number, headers: Headers, raw: RawBytes) {
    this.id = ref.key;
    this.payload = payload;
    this.refs = [ref];
    this.topic = ref.topic as K;
    this.partition = ref.partition;
    this.offset = ref.offset;
    this.timestampMs = timestampMs;
    this.headers = headers;
    this.raw = raw;
  }

  /** The last value of that header as UTF-8 text; undefined when it is missing or null. */
  header(name: string): string | undefined {
    for (let index = this.headers.length - 1; index >= 0; index--) {
      const header = this.headers[index];
      if (header?.[0] === name) return header[1]?.toString('utf8');
    }
    return undefined;
  }

  /** An output made of this message: it carries this message's history.
   *  @example return messages.map((m) => m.derive(m.id, rank(m.payload))) */
  derive<U>(id: string | null, payload: U): DerivedMessage<U>;
  // Overloads: with one signature, `produceBatch(messages.map((m) => m.derive(…)))` infers L from where the result goes, and demands a `to`.
  derive<U, const L extends string>(id: string | null, payload: U, to: L): DerivedMessage<U, L>;
  derive(id: string | null, payload: unknown, ...to: [] | [to: string]): DerivedMessage<unknown> {
    return { id, payload, refs: this.refs, ...(to.length === 0 ? {} : { to: to[0] }) };
  }

  toJSON(): unknown {
    return {
      id: this.id,
      payload: this.payload,
      refs: this.refs.map(({ topic, partition, offset, key }) => ({ topic, partition, offset, key })),
      topic: this.topic,
      partition: this.partition,
      offset: this.offset,
      timestampMs: this.timestampMs,
      headers: this.headers.map(([name, value]) => [name, value === null ? null : value.toString('utf8')]),
    };
  }

  [inspect.custom](): unknown {
    const { id, payload, topic, partition, offset, timestampMs, headers } = this;
    return { id, payload, topic, partition, offset, timestampMs, headers };
  }
}

/** What `derive` makes: a plain object that every output place takes; with `to` only where one was named. */
export type DerivedMessage<T, K extends string = never> = {
  readonly id: string | null;
  readonly payload: T;
  readonly refs: readonly [Ref];
} & ([K] extends [never] ? unknown : { readonly to: K });

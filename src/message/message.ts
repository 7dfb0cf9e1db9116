/** Message layer: what a service hands over to be written. */
import type { Ref } from './history.js';

/** Kafka headers in order: names may repeat, values may be null. */
export type Headers = readonly (readonly [name: string, value: Buffer | null])[];

/** A message to be written. Plain objects of this shape are as good as `new Message(...)`; other properties are ignored. */
export interface OutgoingMessage<T = unknown, K extends string = string> {
  /** The record's key, UTF-8; null = no key. */
  readonly id: string | null;
  /** Anything JSON can carry. */
  readonly payload: T;
  /** The messages this one was made of. */
  readonly refs?: readonly Ref[] | undefined;
  /** The output topic, where there are several. */
  readonly to?: K | undefined;
  /** true = write a null value, which deletes the key from a compacted topic. */
  readonly tombstone?: boolean | undefined;
  readonly record?:
    | {
        /** Default: chosen by the partitioner from the key. */
        readonly partition?: number | undefined;
        /** Milliseconds since 1970. Default: now. */
        readonly timestampMs?: number | undefined;
        readonly headers?: Headers | undefined;
      }
    | undefined;
}

/** A message to be written.
 *  Shape: id string or null (null = no key), payload anything JSON can carry, refs the messages it was made of.
 *  @example await producer.produce(new Message('quake-1', { magnitude: 4.5 })); */
export class Message<T = unknown> implements OutgoingMessage<T> {
  readonly id: string | null;
  readonly payload: T;
  declare readonly refs?: readonly Ref[];

  constructor(id: string | null, payload: T, refs?: readonly Ref[]) {
    this.id = id;
    this.payload = payload;
    if (refs !== undefined) this.refs = refs;
  }
}

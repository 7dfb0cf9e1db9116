/** Which messages a consumer hands out, as types: a topic map makes `topic` a discriminant, each with the type that its schema gives. */

import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { ConsumedMessage } from '../message/consumed-message.js';
import type { Tombstones } from '../settings/consumer-options.js';
import type { Schemas, Topics } from '../settings/topics.js';

/** The topic that a key of the map stands for: a pattern stands for any. */
type TopicOf<K extends string> = K extends `^${string}` ? string : K;

/** Tombstones are messages without payload, when it is known that they are delivered. */
type WithTombstones<M, K extends string, B extends Tombstones> = [B] extends ['deliver']
  ? M | (ConsumedMessage<null, K> & { readonly tombstone: true })
  : M;

/** The messages of these topics.
 *  A map: one of them for each key, whose payload is the output of the key's schema. Otherwise payloads are T, unchecked.
 *  @example
 *  const topics = { quakes: QuakeSchema, '^storms\\.': StormSchema };
 *  type Message = MessagesOf<typeof topics>; */
export type MessagesOf<I extends Topics, T = unknown, B extends Tombstones = Tombstones> = I extends Schemas
  ? {
      [K in keyof I & string]: WithTombstones<ConsumedMessage<StandardSchemaV1.InferOutput<I[K]>, TopicOf<K>>, TopicOf<K>, B>;
    }[keyof I & string]
  : WithTombstones<ConsumedMessage<T>, string, B>;

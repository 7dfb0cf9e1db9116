/** Which messages a producer takes, as types: several output topics make `to` a duty, one makes it a choice; with schemas the payload follows `to`. */

import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { OutgoingMessage } from '../message/message.js';
import type { Schemas, Topics } from '../settings/topics.js';

/** The topic names, as literals where they were given as such. */
export type TopicName<O extends Topics> = O extends string ? O : O extends readonly string[] ? O[number] : keyof O & string;

/** What the topic's schema takes; anything where there is none. */
export type PayloadOf<O extends Topics, K extends string> = O extends Schemas ? StandardSchemaV1.InferInput<O[K]> : unknown;

type IsUnion<K, All = K> = [K] extends [never] ? false : K extends unknown ? ([All] extends [K] ? false : true) : never;

/** true for a list or map that is known to hold more than one; where that is not known it is checked when a message is produced. */
type IsSeveral<O extends Topics> = O extends string
  ? false
  : O extends readonly string[]
    ? O['length'] extends 0 | 1
      ? false
      : number extends O['length']
        ? false
        : true
    : IsUnion<keyof O & string>;

type Addressed<O extends Topics, M, K> = IsSeveral<O> extends true ? M & { readonly to: K } : M;

/** A message that needs no further word on where it goes. */
export type OutputsOf<O extends Topics, T = unknown> = O extends Schemas
  ? { [K in keyof O & string]: Addressed<O, OutgoingMessage<PayloadOf<O, K>, K>, K> }[keyof O & string]
  : Addressed<O, OutgoingMessage<T, TopicName<O>>, TopicName<O>>;

/** A message of a call that says where those go that do not say it themselves. */
export type OutputsTo<O extends Topics, K extends string> = OutputsOf<O> | OutgoingMessage<PayloadOf<O, K>, K>;

export interface ProduceOptions<K extends string = string> {
  /** The topic of every message of the call that names none itself. */
  readonly to?: K | undefined;
}

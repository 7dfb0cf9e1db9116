/** Which messages a producer takes, as types: several output topics make `to` a duty, one makes it a choice. */

import type { OutgoingMessage } from '../message/message.js';

/** Output topics: one name, or a list. */
export type OutputTopics = string | readonly string[];

/** The topic names, as literals where they were given as such. */
export type TopicName<O extends OutputTopics> = O extends string ? O : O extends readonly string[] ? O[number] : never;

/** true for a list that is known to hold more than one; a list of unknown length is checked when a message is produced. */
type IsSeveral<O extends OutputTopics> = O extends readonly string[]
  ? O['length'] extends 0 | 1
    ? false
    : number extends O['length']
      ? false
      : true
  : false;

/** A message that needs no further word on where it goes. */
export type OutputsOf<O extends OutputTopics, T = unknown> =
  IsSeveral<O> extends true ? OutgoingMessage<T, TopicName<O>> & { readonly to: TopicName<O> } : OutgoingMessage<T, TopicName<O>>;

export interface ProduceOptions<K extends string = string> {
  /** The topic of every message of the call that names none itself. */
  readonly to?: K | undefined;
}

/** Inspecting, what a redrive does with one dead letter, as a pure decision: where it goes, or why it stays. */

import { withoutDeadLetterHeaders } from '../message/dead-letter.js';
import { formatPosition } from '../message/format.js';
import type { Headers } from '../message/message.js';
import type { TopicRecord } from '../producer/transactional-producer.js';
import type { DeadLetter } from './dead-letter.js';
import { type LetterFilter, matches } from './letter-filter.js';
import { markerTopicOf } from './markers.js';

/** Why a dead letter stays. */
export type StayReason =
  /** it has a marker: it was sent before */
  | 'redriven'
  /** the filters do not mean it */
  | 'filtered'
  /** its headers do not say where it came from, and no `to` says where it should go */
  | 'unexplained'
  /** `to` is neither its own topic nor on the allow list; or it would go to the dead-letter topic itself, or to a topic of Kafka's own */
  | 'notAllowed'
  /** the topic it should go to does not exist */
  | 'noTopic'
  /** the cluster does not let us know of the topic it should go to: DESCRIBE is not allowed */
  | 'denied'
  /** the topic it should go to takes no record of that size; known only once it was sent, so a plan counts none */
  | 'tooLarge';

export type Decision =
  | { readonly send: true; readonly to: string; readonly partition: number | undefined }
  | { readonly send: false; readonly why: StayReason; readonly to?: string };

export interface RedriveRules {
  readonly filter: LetterFilter;
  /** All go there; undefined = each to the topic that its headers name. */
  readonly to: string | undefined;
  /** Topics that a record may go to although it did not come from them. */
  readonly allow: readonly string[];
}

type Staying = Extract<Decision, { readonly send: false }>;

/** What is known of a topic: how many partitions it has, or why nothing can go there. */
export type TargetState = number | Extract<StayReason, 'noTopic' | 'denied'>;

/** Where it should go, as far as can be said without asking the cluster; or why it stays. */
export function aim(letter: DeadLetter, rules: RedriveRules, isRedriven: boolean): { readonly to: string } | Staying {
  if (!matches(letter, rules.filter)) return stay('filtered');
  if (isRedriven) return stay('redriven');
  const own = letter.facts?.from.topic;
  const to = rules.to ?? own;
  if (to === undefined) return stay('unexplained');
  return isAllowed(to, own, letter, rules) ? { to } : { ...stay('notAllowed'), to };
}

/** `stateOf` is asked for the topic that `aim` names. */
export function decide(letter: DeadLetter, rules: RedriveRules, isRedriven: boolean, stateOf: (topic: string) => TargetState): Decision {
  const aimed = aim(letter, rules, isRedriven);
  if ('why' in aimed) return aimed;
  const { to } = aimed;
  const state = stateOf(to);
  if (typeof state !== 'number') return { ...stay(state), to };
  return { send: true, to, partition: to === letter.facts?.from.topic ? ownPartition(letter, state) : undefined };
}

const stay = (why: StayReason): Staying => ({ send: false, why });

/** Headers are data: what they name is refused where a record there could only do harm. */
function isAllowed(to: string, own: string | undefined, { record }: DeadLetter, { allow }: RedriveRules): boolean {
  if (to === record.topic || to === markerTopicOf(record.topic) || to.startsWith('__')) return false;
  return to === own || allow.includes(to);
}

/** Back into the partition it came from, whichever partitioner its writer has: the order of its key holds. */
function ownPartition({ facts }: DeadLetter, partitions: number): number | undefined {
  const partition = facts?.from.partition ?? -1;
  return partition >= 0 && partition < partitions ? partition : undefined;
}

/** Says which dead letter a message was; a message that fails again carries it into its next dead letter. */
export const REDRIVEN_HEADER = 'redriven.from';

/** The message as it was before it was parked, with one header more. Its time is now: a topic's retention would drop an old one at once. */
export function toRedrivenRecord({ record }: DeadLetter, to: string, partition: number | undefined): TopicRecord {
  const own = withoutDeadLetterHeaders(record.headers).filter(([name]) => name !== REDRIVEN_HEADER);
  const headers: Headers = [...own, [REDRIVEN_HEADER, Buffer.from(formatPosition(record))]];
  return { topic: to, partition, key: record.key, value: record.value, headers };
}

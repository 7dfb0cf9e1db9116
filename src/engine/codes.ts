/** What policy asks about an error number: its kind, what becomes of a commit that got it, and a hint for the reader of a message. */

import { CODE_ROWS, type CodeKind } from './code-table.js';

export type { CodeKind } from './code-table.js';

const KIND_BY_CODE: ReadonlyMap<number, CodeKind> = new Map(CODE_ROWS.map(([code, , kind]) => [code, kind]));
const CODE_BY_NAME: ReadonlyMap<string, number> = new Map(CODE_ROWS.map(([code, name]) => [name, code]));

/** Numbers that code elsewhere must name. */
export const CODE = {
  destroyed: -197,
  transport: -195,
  messageTimedOut: -192,
  allBrokersDown: -187,
  ssl: -181,
  state: -172,
  authentication: -169,
  assignmentLost: -142,
  noOffset: -168,
  purgedUnsent: -152,
  fatal: -150,
  autoOffsetReset: -140,
  unknownTopic: 3,
  topicDenied: 29,
  unsupportedMechanism: 33,
  illegalSaslState: 34,
  topicExists: 36,
  saslFailed: 58,
} as const;

/** The kind of a librdkafka or broker number; a number that the table does not know (a newer broker) is `unknown`. */
export function kindOf(code: number): CodeKind {
  return KIND_BY_CODE.get(code) ?? 'unknown';
}

/** The number of a name as librdkafka spells it (`_TRANSPORT`, `NOT_COORDINATOR`), or undefined. */
export function codeOf(name: string): number | undefined {
  return CODE_BY_NAME.get(name);
}

/** May the same call succeed later without anyone changing anything? Unknown is not retriable. */
export function isRetriable(code: number): boolean {
  const kind = kindOf(code);
  return kind === 'transient' || kind === 'unreachable';
}

/** What becomes of a position whose commit was answered with this number. */
export type CommitFate =
  /** send it again, with backoff */
  | 'again'
  /** keep it pending and send it after the next assignment or heartbeat, if its partition is still owned then */
  | 'afterAssignment'
  /** the partition is no longer ours: the new owner gets the messages again */
  | 'drop'
  /** two processes share a group.instance.id: the consumer ends */
  | 'fatal'
  /** repeating is useless: processing ends with this error */
  | 'permanent';

/** After a failed commit: who sends the position again, and when.
 *  @see Kafka KIP-429 and KIP-848 for the rejoin codes: cooperative members keep their partitions over a rebalance, so dropping the positions would
 *  handle messages twice without need. */
export function commitFate(code: number): CommitFate {
  // The engine answers _STATE for positions whose ownership epoch had ended; _NO_OFFSET means that nothing was left to send.
  if (code === CODE.state || code === CODE.noOffset) return 'drop';
  switch (kindOf(code)) {
    case 'transient':
    case 'unreachable':
      return 'again';
    case 'rejoin':
      return 'afterAssignment';
    case 'fenced':
    case 'fatal':
      return 'fatal';
    default:
      return 'permanent';
  }
}

const HINT_BY_CODE: ReadonlyMap<number, string> = new Map([
  [-195, 'check that the broker runs and that host, port and security.protocol fit its listener'],
  [-193, 'check the host names in bootstrapServers and the advertised.listeners of the brokers'],
  [-192, 'check that the brokers answer; delivery.timeout.ms bounds how long a record may wait'],
  [-187, 'check that the brokers run, and that security.protocol fits the listener: a TLS port answers plaintext with silence'],
  [-184, 'raise queue.buffering.max.messages or queue.buffering.max.kbytes, or produce less at once'],
  [-181, 'check ssl.ca.location, the certificate of the broker (expiry, host name) and your own key and certificate'],
  [-169, 'check sasl.mechanism and its credentials (sasl.username and sasl.password, or the OAUTHBEARER token)'],
  [3, 'check the spelling of the topic, or create it'],
  [10, 'raise message.max.bytes here and max.message.bytes of the topic, or set ignoreLargeMessageErrors'],
  [29, 'grant this principal the ACL for the topic'],
  [30, 'grant this principal the ACL READ for the group'],
  [36, 'use the topic as it is, or delete it first'],
  [82, 'another process uses the same group.instance.id: give every process its own'],
  [
    111,
    'another process that has not left uses the same group.instance.id: give every process its own, or wait for the broker to give up the old one',
  ],
]);
const HINT_BY_KIND: Partial<Record<CodeKind, string>> = {
  transient: 'try again',
  unreachable: 'check that the brokers can be reached',
  fenced: 'make sure that no other process uses the same identity, then start anew',
  fatal: 'close this client and make a new one',
  security: 'check credentials and ACLs',
};

/** What the reader of an error can try, or undefined when nothing sensible can be said. */
export function hintFor(code: number): string | undefined {
  return HINT_BY_CODE.get(code) ?? HINT_BY_KIND[kindOf(code)];
}

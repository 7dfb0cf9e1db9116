/** Message layer: what the headers of a dead letter say: where the record came from, why it was parked, how often it was tried. */
import type { Position } from '../errors.js';
import type { Headers } from './message.js';

/** Why a record was parked. Its value, its key and its own headers are in the dead letter as they were. */
export interface DeadLetterFacts {
  /** Where the record lay. */
  readonly from: Position;
  /** The record's own timestamp, milliseconds since 1970; -1 = it had none. */
  readonly timestampMs: number;
  readonly groupId: string;
  readonly svc: string;
  /** Handler calls that it was in. */
  readonly attempts: number;
  readonly error: { readonly name: string; readonly message: string; readonly stack?: string | undefined };
  /** When it failed first and last, RFC 3339. */
  readonly firstFailure: string;
  readonly lastFailure: string;
}

/** Header names, one for each fact. */
export const DEAD_LETTER = {
  topic: 'dlq.topic',
  partition: 'dlq.partition',
  offset: 'dlq.offset',
  timestampMs: 'dlq.timestamp',
  groupId: 'dlq.group',
  svc: 'dlq.svc',
  attempts: 'dlq.attempts',
  errorName: 'dlq.error.name',
  errorMessage: 'dlq.error.message',
  errorStack: 'dlq.error.stack',
  firstFailure: 'dlq.failure.first',
  lastFailure: 'dlq.failure.last',
} as const;

/** The facts as headers, all of them text. They follow the record's own headers, so the last `dlq.topic` is the last time it was parked. */
export function toDeadLetterHeaders(facts: DeadLetterFacts): Headers {
  const { from, error } = facts;
  const texts: readonly (readonly [string, string | undefined])[] = [
    [DEAD_LETTER.topic, from.topic],
    [DEAD_LETTER.partition, String(from.partition)],
    [DEAD_LETTER.offset, String(from.offset)],
    [DEAD_LETTER.timestampMs, String(facts.timestampMs)],
    [DEAD_LETTER.groupId, facts.groupId],
    [DEAD_LETTER.svc, facts.svc],
    [DEAD_LETTER.attempts, String(facts.attempts)],
    [DEAD_LETTER.firstFailure, facts.firstFailure],
    [DEAD_LETTER.lastFailure, facts.lastFailure],
    [DEAD_LETTER.errorName, error.name],
    [DEAD_LETTER.errorMessage, error.message],
    [DEAD_LETTER.errorStack, error.stack],
  ];
  return texts.flatMap(([name, text]) => (text === undefined ? [] : [[name, Buffer.from(text)] as const]));
}

/** Reads the facts back; undefined when the headers do not say where the record came from, so it is no dead letter of ours. */
export function readDeadLetterHeaders(headers: Headers): DeadLetterFacts | undefined {
  const text = (name: string): string | undefined => headers.findLast(([known]) => known === name)?.[1]?.toString('utf8');
  const topic = text(DEAD_LETTER.topic);
  const partition = toWhole(text(DEAD_LETTER.partition));
  const offset = toWhole(text(DEAD_LETTER.offset));
  if (topic === undefined || topic === '' || partition === undefined || offset === undefined) return undefined;
  return {
    from: { topic, partition, offset },
    timestampMs: toWhole(text(DEAD_LETTER.timestampMs)) ?? -1,
    groupId: text(DEAD_LETTER.groupId) ?? '',
    svc: text(DEAD_LETTER.svc) ?? '',
    attempts: toWhole(text(DEAD_LETTER.attempts)) ?? 0,
    error: {
      name: text(DEAD_LETTER.errorName) ?? '',
      message: text(DEAD_LETTER.errorMessage) ?? '',
      stack: text(DEAD_LETTER.errorStack),
    },
    firstFailure: text(DEAD_LETTER.firstFailure) ?? '',
    lastFailure: text(DEAD_LETTER.lastFailure) ?? '',
  };
}

/** The headers that the record had before it was (last) parked. */
export function withoutDeadLetterHeaders(headers: Headers): Headers {
  const names: ReadonlySet<string> = new Set(Object.values(DEAD_LETTER));
  return headers.filter(([name]) => !names.has(name));
}

function toWhole(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

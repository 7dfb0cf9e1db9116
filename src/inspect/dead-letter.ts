/** Inspecting, one record of a dead-letter topic: what it is and what its headers say about it. */

import type { RawRecord } from '../consumer/raw-record.js';
import type { Position } from '../errors.js';
import { type DeadLetterFacts, readDeadLetterHeaders } from '../message/dead-letter.js';

export interface DeadLetter {
  readonly record: RawRecord;
  /** undefined: the headers do not say where it came from, so it was not written by a failure policy of this library */
  readonly facts: DeadLetterFacts | undefined;
}

/** Kafka's limit. What is longer names no topic, and must not be remembered: whoever writes there must not fill our memory. */
const MAX_TOPIC_LENGTH = 249;

export function toDeadLetter(record: RawRecord): DeadLetter {
  const facts = readDeadLetterHeaders(record.headers);
  return { record, facts: facts !== undefined && facts.from.topic.length <= MAX_TOPIC_LENGTH ? facts : undefined };
}

/** Where a record lies, without the rest of it. */
export function positionOf({ topic, partition, offset }: Position): Position {
  return { topic, partition, offset };
}

/** When it failed last, milliseconds since 1970: as its headers say, else when it was written. */
export function failedAtMs({ record, facts }: DeadLetter): number {
  const said = Date.parse(facts?.lastFailure ?? '');
  return Number.isNaN(said) ? record.timestampMs : said;
}

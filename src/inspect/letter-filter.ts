/** Inspecting, which dead letters are meant: by error, by key, by time and by position. */

import type { PartitionRange } from '../consumer/reader.js';
import { type DeadLetter, failedAtMs } from './dead-letter.js';
import { toShape } from './error-shape.js';

/** Everything that is given must hold. */
export interface LetterFilter {
  /** part of `name: message`, or of `name: shape` as the list shows it */
  readonly error?: string | undefined;
  /** the whole key, as text */
  readonly key?: string | undefined;
  /** Failed last at or after this, milliseconds since 1970. */
  readonly sinceMs?: number | undefined;
  /** Failed last before this, milliseconds since 1970. */
  readonly untilMs?: number | undefined;
  /** One of these; undefined = anywhere. */
  readonly positions?: readonly PositionSpan[] | undefined;
}

/** Offsets of a partition, both included. */
export interface PositionSpan {
  readonly partition: number;
  readonly first: number;
  readonly last: number;
}

/** Does it hold, positions apart? Those are dealt with by `narrow`, which need not read what is not meant. */
export function matches(letter: DeadLetter, filter: LetterFilter): boolean {
  const { error, key, sinceMs = -Infinity, untilMs = Infinity } = filter;
  if (key !== undefined && !letter.record.key?.equals(Buffer.from(key))) return false;
  const atMs = failedAtMs(letter);
  if (atMs < sinceMs || atMs >= untilMs) return false;
  return error === undefined || isCausedBy(letter, error);
}

function isCausedBy({ facts }: DeadLetter, error: string): boolean {
  if (facts === undefined) return false;
  const { name, message } = facts.error;
  return `${name}: ${message}`.includes(error) || `${name}: ${toShape(message)}`.includes(error);
}

/** What is to be read of the ranges: the named positions only, in order, nothing twice. */
export function narrow(ranges: readonly PartitionRange[], positions: readonly PositionSpan[] | undefined): readonly PartitionRange[] {
  if (positions === undefined) return ranges;
  return ranges.flatMap((range) => {
    const spans = positions.filter(({ partition }) => partition === range.partition).sort((a, b) => a.first - b.first);
    const parts: PartitionRange[] = [];
    let { from } = range;
    for (const { first, last } of spans) {
      const part = { ...range, from: Math.max(first, from), until: Math.min(last + 1, range.until) };
      if (part.from >= part.until) continue;
      parts.push(part);
      from = part.until;
    }
    return parts;
  });
}

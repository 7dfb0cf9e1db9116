/** Dead letters: what their commands' flags mean: positions, times, filters. */

import type { Position } from '../../index.js';
import type { LetterFilter, PositionSpan } from '../../inspect/letter-filter.js';
import type { CutPoint } from '../../inspect/purge.js';
import { usageError } from '../flags.js';
import { toPlainText } from '../plain-text.js';

/** For parseArgs. */
export const FILTER_FLAGS = {
  error: { type: 'string' },
  key: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  position: { type: 'string', multiple: true },
} as const;

export const FILTER_HELP = `  --error TEXT           only those whose "name: message" contains this, with or without the <n> and <text> of the list
  --key TEXT             only those with exactly this key
  --since TIME           only those that failed last at or after this: 2026-11-27T14:00:00Z, or 90s, 15m, 2h, 7d ago
  --until TIME           only those that failed last before this
  --position P:FROM-TO   only these offsets of partition P, TO included; P:OFFSET for one; may be given several times
`;

export interface FilterValues {
  readonly error?: string | undefined;
  readonly key?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly position?: readonly string[] | undefined;
}

/** @throws CommandError with exit code 2 */
export function toFilter(command: string, values: FilterValues, nowMs: number): LetterFilter {
  const { error, key, since, until, position } = values;
  return {
    error,
    key,
    sinceMs: since === undefined ? undefined : toTimeMs(command, '--since', since, nowMs),
    untilMs: until === undefined ? undefined : toTimeMs(command, '--until', until, nowMs),
    positions: position?.map((text) => toSpan(command, text)),
  };
}

const AGO = /^(\d{1,9})(s|m|h|d)$/;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const RFC_3339 = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** Milliseconds since 1970. A date alone is its midnight, UTC. */
export function toTimeMs(command: string, flag: string, text: string, nowMs: number): number {
  const ago = AGO.exec(text);
  if (ago !== null) return nowMs - Number(ago[1]) * UNIT_MS[ago[2] as keyof typeof UNIT_MS];
  const ms = RFC_3339.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  const expected = 'a time such as 2026-11-27T14:00:00Z, or 90s, 15m, 2h, 7d ago';
  throw usageError(command, `${flag} must be ${expected}, got "${toPlainText(text)}"`);
}

/** `TOPIC:PARTITION:OFFSET` */
export function toPosition(command: string, text: string): Position {
  const found = /^(.+):(\d{1,9}):(\d{1,16})$/.exec(text);
  if (found === null) throw usageError(command, `a position is TOPIC:PARTITION:OFFSET, got "${toPlainText(text)}"`);
  const [, topic = '', partition, offset] = found;
  return { topic, partition: Number(partition), offset: Number(offset) };
}

function toSpan(command: string, text: string): PositionSpan {
  const found = /^(\d{1,9}):(\d{1,15})(?:-(\d{1,15}))?$/.exec(text);
  const [, partition, first, last = first] = found ?? [];
  if (found === null || Number(last) < Number(first)) {
    throw usageError(command, `--position must be PARTITION:OFFSET or PARTITION:FROM-TO, got "${toPlainText(text)}"`);
  }
  return { partition: Number(partition), first: Number(first), last: Number(last) };
}

/** A time for all partitions, or `PARTITION:OFFSET`. */
export function toCutPoint(command: string, text: string, nowMs: number): CutPoint {
  const found = /^(\d{1,9}):(\d{1,15})$/.exec(text);
  if (found !== null) return { partition: Number(found[1]), offset: Number(found[2]) };
  const beforeMs = toTimeMs(command, '--before', text, nowMs);
  // Negative times are a broker's words for something else: -1 is the end, and everything would go.
  if (beforeMs < 0) throw usageError(command, `--before must be a time after 1970, got "${toPlainText(text)}"`);
  return { beforeMs };
}

/** Messages a second. */
export function toRate(command: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const rate = /^\d{1,9}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (rate > 0) return rate;
  throw usageError(command, `--rate must be messages a second, more than 0, got "${toPlainText(text)}"`);
}

/** The one argument. */
export function onlyOne(command: string, what: string, positionals: readonly string[]): string {
  const [only, ...more] = positionals;
  if (only === undefined) throw usageError(command, `${what} is missing`);
  if (more.length > 0) throw usageError(command, `it takes one ${what}, got ${positionals.length}`);
  return only;
}

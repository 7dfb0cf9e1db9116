/** Inspecting, what is in a dead-letter topic and why: records counted by error, in memory that does not grow with them. */

import type { Position } from '../errors.js';
import { type DeadLetter, positionOf } from './dead-letter.js';
import { toShape } from './error-shape.js';
import { keptText } from './kept-text.js';

/** All records that failed alike. */
export interface ErrorGroup {
  readonly error: {
    readonly name: string;
    /** the message without what varies; null = the rest, beyond the `MAX_GROUPS` that are told apart */
    readonly shape: string | null;
  };
  readonly records: number;
  /** of them, those that have been sent back already */
  readonly redriven: number;
  /** RFC 3339, as the headers say; null = they do not */
  readonly firstFailure: string | null;
  readonly lastFailure: string | null;
  /** Topics the records came from, and which of their partitions. */
  readonly sources: readonly SourceCount[];
  /** Where in the dead-letter topic they lie. */
  readonly positions: readonly OffsetSpan[];
  /** The first of them, to look at with `show`. */
  readonly example: Position & { readonly message: string };
}

export interface SourceCount {
  readonly topic: string;
  readonly records: number;
  readonly firstPartition: number;
  readonly lastPartition: number;
}

/** Offsets of the first and the last record. */
export interface OffsetSpan {
  readonly partition: number;
  readonly first: number;
  readonly last: number;
}

/** What a person can look through; a topic with more kinds of errors has a message that varies in a way that the shape does not see. */
export const MAX_GROUPS = 200;
const MAX_SOURCES = 100;
const MAX_EXAMPLE_LENGTH = 500;
/** Of names and shapes. */
const MAX_NAME_LENGTH = 200;
/** An RFC 3339 time is shorter; a date that JavaScript reads may have a comment of any length in it. */
const MAX_TIME_LENGTH = 40;

type Growing<T> = { -readonly [K in keyof T]: T[K] };
interface Group extends Growing<Omit<ErrorGroup, 'sources' | 'positions'>> {
  readonly sources: Map<string, Growing<SourceCount>>;
  readonly positions: Map<number, Growing<OffsetSpan>>;
}

export class ErrorGroups {
  readonly #groups = new Map<string, Group>();

  /** A record that has facts. */
  add(letter: DeadLetter & { readonly facts: NonNullable<DeadLetter['facts']> }, isRedriven: boolean): void {
    const { record, facts } = letter;
    const group = this.#groupOf(letter);
    group.records++;
    if (isRedriven) group.redriven++;
    group.firstFailure = earlier(group.firstFailure, facts.firstFailure);
    group.lastFailure = later(group.lastFailure, facts.lastFailure);
    addSource(group.sources, facts.from);
    addPosition(group.positions, record);
  }

  /** The largest first. */
  toList(): ErrorGroup[] {
    return [...this.#groups.values()]
      .sort((a, b) => b.records - a.records || compare(a.error.name, b.error.name) || compare(a.error.shape ?? '', b.error.shape ?? ''))
      .map((group) => ({
        ...group,
        sources: [...group.sources.values()].sort((a, b) => b.records - a.records || compare(a.topic, b.topic)),
        positions: [...group.positions.values()].sort((a, b) => a.partition - b.partition),
      }));
  }

  #groupOf({ record, facts }: Parameters<ErrorGroups['add']>[0]): Group {
    const { message } = facts.error;
    const name = keptText(facts.error.name, MAX_NAME_LENGTH);
    const shape = keptText(toShape(message), MAX_NAME_LENGTH);
    const key = JSON.stringify([name, shape]);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const isFull = this.#groups.size >= MAX_GROUPS;
    const rest = isFull ? this.#groups.get('') : undefined;
    if (rest !== undefined) return rest;
    const made: Group = {
      error: isFull ? { name: '', shape: null } : { name, shape },
      records: 0,
      redriven: 0,
      firstFailure: null,
      lastFailure: null,
      sources: new Map(),
      positions: new Map(),
      example: { ...positionOf(record), message: keptText(message, MAX_EXAMPLE_LENGTH) },
    };
    this.#groups.set(isFull ? '' : key, made);
    return made;
  }
}

function addSource(sources: Map<string, Growing<SourceCount>>, { topic, partition }: Position): void {
  const known = sources.get(topic);
  if (known === undefined) {
    // Names come from headers: whoever writes there must not fill our memory.
    if (sources.size < MAX_SOURCES) sources.set(topic, { topic, records: 1, firstPartition: partition, lastPartition: partition });
    return;
  }
  known.records++;
  known.firstPartition = Math.min(known.firstPartition, partition);
  known.lastPartition = Math.max(known.lastPartition, partition);
}

function addPosition(positions: Map<number, Growing<OffsetSpan>>, { partition, offset }: Position): void {
  const known = positions.get(partition);
  if (known === undefined) positions.set(partition, { partition, first: offset, last: offset });
  else known.last = Math.max(known.last, offset);
}

function earlier(known: string | null, said: string): string | null {
  return isTime(said) && (known === null || Date.parse(said) < Date.parse(known)) ? said : known;
}

function later(known: string | null, said: string): string | null {
  return isTime(said) && (known === null || Date.parse(said) > Date.parse(known)) ? said : known;
}

const isTime = (text: string): boolean => text.length <= MAX_TIME_LENGTH && !Number.isNaN(Date.parse(text));
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Consuming: the partitions of one member. Every new one is held until its start is decided and committed; a paused one stays held. */

import type { NativeConsumer, NativePartition } from '../engine/native.js';
import type { Position } from '../errors.js';
import type { TopicPartition } from '../events.js';
import type { Starts } from './start.js';

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}:${partition}`;

type Handle = Pick<NativeConsumer, 'assign' | 'hold' | 'release' | 'seek' | 'topicId'>;

export class Assignment {
  readonly #handle: Handle;
  readonly #owned = new Map<string, NativePartition>();
  readonly #paused = new Set<string>();
  /** starts that wait for their epoch, then for their commit */
  readonly #uncommittedStarts = new Map<string, number>();
  /** seeks of partitions that are not ours yet */
  readonly #seeks = new Map<string, number>();

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  get partitions(): readonly TopicPartition[] {
    return [...this.#owned.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  /** Answers the engine's question where the partitions start; a seek that was asked for before wins. */
  answer(partitions: readonly NativePartition[], { starts, resets }: Starts): void {
    for (const reset of resets) this.#uncommittedStarts.set(keyOf(reset), reset.to);
    const offsetOf = new Map(starts.map((start) => [keyOf(start), start.offset]));
    const rows = partitions.flatMap((p) => {
      const key = keyOf(p);
      const offset = this.#seeks.get(key) ?? offsetOf.get(key);
      this.#seeks.delete(key);
      return offset === undefined ? [] : [p.topicId, p.partition, offset];
    });
    this.#handle.assign(Float64Array.from(rows));
  }

  /** The partitions are ours: returns the commit of the starts that were decided, as the engine takes it. */
  add(partitions: readonly NativePartition[]): Float64Array {
    const rows = partitions.flatMap((p) => {
      const key = keyOf(p);
      this.#owned.set(key, p);
      const start = this.#uncommittedStarts.get(key);
      this.#uncommittedStarts.delete(key);
      return start === undefined ? [] : [p.topicId, p.partition, start, p.epoch, -1];
    });
    return Float64Array.from(rows);
  }

  /** Their starts are committed: what is not paused may go out. */
  release(partitions: readonly TopicPartition[]): void {
    this.#handle.release(this.#pairs(partitions.filter((p) => !this.#paused.has(keyOf(p)))));
  }

  remove(partitions: readonly TopicPartition[]): void {
    for (const p of partitions) this.#owned.delete(keyOf(p));
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const p of partitions) this.#paused.add(keyOf(p));
    this.#handle.hold(this.#pairs(partitions));
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const p of partitions) this.#paused.delete(keyOf(p));
    this.#handle.release(this.#pairs(partitions));
  }

  /** Owned partitions seek now, others when they are assigned. */
  seek(positions: readonly Position[]): void {
    const owned = positions.filter((p) => this.#owned.has(keyOf(p)));
    for (const p of positions) if (!owned.includes(p)) this.#seeks.set(keyOf(p), p.offset);
    if (owned.length === 0) return;
    this.#handle.seek(Float64Array.from(owned.flatMap((p) => [this.#handle.topicId(p.topic), p.partition, p.offset])));
  }

  #pairs(partitions: readonly TopicPartition[]): Float64Array {
    return Float64Array.from(partitions.flatMap((p) => [this.#handle.topicId(p.topic), p.partition]));
  }
}

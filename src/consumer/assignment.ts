/** Consuming: the partitions of one member. Every new one is held until its start is decided and committed; a paused one stays held. */

import type { NativeConsumer, NativePartition } from '../engine/native.js';
import type { Position } from '../errors.js';
import type { TopicPartition } from '../events.js';
import { partitionKey } from './partition-key.js';
import type { Starts } from './start.js';

type Handle = Pick<NativeConsumer, 'assign' | 'hold' | 'release' | 'seek' | 'topicId'>;

export class Assignment {
  readonly #engine: () => Handle;
  readonly #owned = new Map<string, NativePartition>();
  readonly #paused = new Set<string>();
  /** held until what failed of them is done, or what was read ahead */
  readonly #held = new Set<string>();
  /** starts that wait for their epoch, then for their commit */
  readonly #uncommittedStarts = new Map<string, number>();
  /** ours, but nothing may go out before their start is committed */
  readonly #starting = new Set<string>();
  /** seeks of partitions that are not ours yet */
  readonly #seeks = new Map<string, number>();
  /** those that the engine has been told of with its answer, which it may have done without */
  readonly #answeredSeeks = new Map<string, number>();

  /** `engine`: the client, which may be opened anew before the group is joined. */
  constructor(engine: () => Handle) {
    this.#engine = engine;
  }

  get #handle(): Handle {
    return this.#engine();
  }

  get partitions(): readonly TopicPartition[] {
    return [...this.#owned.values()].map(({ topic, partition }) => ({ topic, partition }));
  }

  owns(partition: TopicPartition): boolean {
    return this.#owned.has(partitionKey(partition));
  }

  /** Answers the engine's question where the partitions start; a seek that was asked for before wins. */
  answer(question: number, partitions: readonly NativePartition[], { starts, resets }: Starts): void {
    this.#uncommittedStarts.clear();
    this.#answeredSeeks.clear();
    for (const reset of resets) this.#uncommittedStarts.set(partitionKey(reset), reset.to);
    const offsetOf = new Map(starts.map((start) => [partitionKey(start), start.offset]));
    const rows = partitions.flatMap((p) => {
      const key = partitionKey(p);
      const sought = this.#seeks.get(key);
      if (sought !== undefined) this.#answeredSeeks.set(key, sought);
      // The start that is remembered is where reading really begins.
      if (sought !== undefined && this.#uncommittedStarts.has(key)) this.#uncommittedStarts.set(key, sought);
      const offset = sought ?? offsetOf.get(key);
      return offset === undefined ? [] : [p.topicId, p.partition, offset];
    });
    this.#handle.assign(question, Float64Array.from(rows));
  }

  /** The partitions are ours: returns the commit of the starts that were decided, as the engine takes it. `answered` false: the engine could not
   *  wait for the decision. Committing it now, or at a later assignment, could take back what another member has committed meanwhile. */
  add(partitions: readonly NativePartition[], answered: boolean): Float64Array {
    if (!answered) this.#uncommittedStarts.clear();
    else for (const [key, offset] of this.#answeredSeeks) if (this.#seeks.get(key) === offset) this.#seeks.delete(key);
    this.#answeredSeeks.clear();
    const rows = partitions.flatMap((p) => {
      const key = partitionKey(p);
      this.#owned.set(key, p);
      this.#starting.add(key);
      const start = this.#uncommittedStarts.get(key);
      this.#uncommittedStarts.delete(key);
      return start === undefined ? [] : [p.topicId, p.partition, this.#seeks.get(key) ?? start, p.epoch, -1];
    });
    return Float64Array.from(rows);
  }

  /** Their starts are committed: what is not paused may go out. */
  release(partitions: readonly NativePartition[]): void {
    // Lost meanwhile, and perhaps ours again: then another start is on its way.
    const ours = partitions.filter((p) => this.#owned.get(partitionKey(p))?.epoch === p.epoch);
    for (const p of ours) this.#starting.delete(partitionKey(p));
    // A seek that was asked for while the engine was taking the partition ends the epoch in which the start was committed: hence only now.
    this.seek(ours.flatMap(({ topic, partition }) => this.#takeSeek(topic, partition)));
    this.#handle.release(this.#pairs(ours.filter((p) => this.#mayGo(p))));
  }

  remove(partitions: readonly TopicPartition[]): void {
    for (const p of partitions) {
      this.#owned.delete(partitionKey(p));
      this.#starting.delete(partitionKey(p));
      this.#held.delete(partitionKey(p));
    }
  }

  /** As `pause`, for the failure policy's own reasons: the two do not undo each other. */
  hold(partition: TopicPartition): void {
    this.#held.add(partitionKey(partition));
    this.#handle.hold(this.#pairs([partition]));
  }

  free(partition: TopicPartition): void {
    this.#held.delete(partitionKey(partition));
    if (this.#mayGo(partition)) this.#handle.release(this.#pairs([partition]));
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const p of partitions) this.#paused.add(partitionKey(p));
    this.#handle.hold(this.#pairs(partitions));
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const p of partitions) this.#paused.delete(partitionKey(p));
    this.#handle.release(this.#pairs(partitions.filter((p) => this.#mayGo(p))));
  }

  /** Partitions that have begun seek now, others when they do, or when they are back. */
  seek(positions: readonly Position[]): void {
    const owned = positions.filter((p) => this.#owned.has(partitionKey(p)) && !this.#starting.has(partitionKey(p)));
    for (const p of positions) if (!owned.includes(p)) this.#seeks.set(partitionKey(p), p.offset);
    if (owned.length === 0) return;
    const left = this.#handle.seek(Float64Array.from(owned.flatMap((p) => [this.#handle.topicId(p.topic), p.partition, p.offset])));
    // Being given away, which is told in a moment: they seek when they are back.
    for (const index of left) {
      const position = owned[index] as Position;
      this.#seeks.set(partitionKey(position), position.offset);
    }
  }

  #mayGo(partition: TopicPartition): boolean {
    const key = partitionKey(partition);
    return this.#owned.has(key) && !this.#paused.has(key) && !this.#held.has(key) && !this.#starting.has(key);
  }

  #takeSeek(topic: string, partition: number): readonly Position[] {
    const key = partitionKey({ topic, partition });
    const offset = this.#seeks.get(key);
    this.#seeks.delete(key);
    return offset === undefined ? [] : [{ topic, partition, offset }];
  }

  #pairs(partitions: readonly TopicPartition[]): Float64Array {
    return Float64Array.from(partitions.flatMap((p) => [this.#handle.topicId(p.topic), p.partition]));
  }
}

/** Consuming with a failure policy or concurrency: what of one partition is done. Entries end in any order; the committed position is before the first
 *  that has not. Pure: it is told what was taken, and tells what may be committed. */

/** What can be done or not: an entry. */
export interface Doable {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly done: boolean;
}

/** A position to be committed, and what of the partition is committed once it is stored. */
export interface Cut {
  /** quintuple [topicId, partition, offset, epoch, leaderEpoch], as the engine takes it */
  readonly row: readonly number[];
  readonly passed: number;
  /** the position in a count that does not go back with the log */
  readonly reached: number;
}

export interface Taken<E extends Doable> {
  readonly entries: readonly E[];
  readonly first: number;
  readonly next: number;
  readonly leaderEpoch: number;
}

export interface ProgressOf {
  readonly topicId: number;
  readonly partition: number;
  readonly epoch: number;
}

/** Entries that have been passed are dropped from the list in one go, not one by one. */
const COMPACT_AT = 1_024;

export class Progress<E extends Doable = Doable> {
  readonly of: ProgressOf;
  /** taken, in order; those before `#head` are done, and are let go: each holds its whole batch */
  #entries: (E | undefined)[] = [];
  #head = 0;
  #taken = 0;
  #passed = 0;
  #committed = 0;
  #next = -1;
  #nextLeaderEpoch = -1;
  #leaderEpoch = -1;
  #asked = -1;
  /** as `#reached` counts */
  #stored = -1;
  /** the batches that have rows of the partition, oldest first, each with the offset after its last, as `#reached` counts */
  #batches: { readonly id: number; readonly end: number }[] = [];
  /** where offsets went back, since the log was cut or made anew: what was taken before, and by how much they went back since the first */
  readonly #jumps: { readonly taken: number; readonly by: number }[] = [];

  constructor(of: ProgressOf) {
    this.of = of;
  }

  /** A batch's share was taken: `entries` in order; its rows go from `first` to before `next`, those that are no entries are skipped. */
  add(batchId: number, { entries, first, next, leaderEpoch }: Taken<E>): void {
    if (this.#asked < 0) [this.#asked, this.#stored] = [first, first];
    if (first < this.#next) this.#jumps.push({ taken: this.#taken, by: this.#reached(this.#next, this.#taken) - first });
    for (const entry of entries) this.#entries.push(entry);
    this.#taken += entries.length;
    this.#next = next;
    this.#nextLeaderEpoch = leaderEpoch;
    this.#batches.push({ id: batchId, end: this.#reached(next, this.#taken) });
  }

  /** The next offset to read after everything that is done without a gap. */
  get position(): number {
    this.#advance();
    return this.#entries[this.#head]?.offset ?? this.#next;
  }

  /** Taken, and not done without a gap: the look-ahead. */
  get ahead(): number {
    this.#advance();
    return this.#taken - this.#passed;
  }

  /** Done without a gap and not committed. */
  get uncommitted(): number {
    this.#advance();
    return this.#passed - this.#committed;
  }

  /** Was everything that is done without a gap asked to be committed? */
  get isAsked(): boolean {
    return this.position === this.#asked;
  }

  /** What is to be committed now, if that is more than was asked for before. */
  cut(): Cut | undefined {
    const { position } = this;
    if (position === this.#asked) return undefined;
    this.#asked = position;
    const { topicId, partition, epoch } = this.of;
    const leaderEpoch = this.#head < this.#entries.length ? this.#leaderEpoch : this.#nextLeaderEpoch;
    return {
      row: [topicId, partition, position, epoch, leaderEpoch],
      passed: this.#passed,
      reached: this.#reached(position, this.#passed),
    };
  }

  /** The cut is stored, or will never be. */
  settle({ passed, reached }: Cut): void {
    this.#committed = Math.max(this.#committed, passed);
    this.#stored = Math.max(this.#stored, reached);
  }

  /** The batches that are done with in this partition, each once. */
  takeSettled(): number[] {
    const open = this.#batches.findIndex(({ end }) => end > this.#stored);
    return this.#batches.splice(0, open < 0 ? this.#batches.length : open).map(({ id }) => id);
  }

  /** Nothing more will come of the partition: returns the batches that wait for it. */
  giveUp(): number[] {
    return this.#batches.splice(0).map(({ id }) => id);
  }

  /** The offset, had offsets never gone back. `ordinal`: how many entries were taken before it. */
  #reached(offset: number, ordinal: number): number {
    return offset + (this.#jumps.findLast(({ taken }) => taken <= ordinal)?.by ?? 0);
  }

  #advance(): void {
    for (let entry = this.#entries[this.#head]; entry?.done === true; entry = this.#entries[this.#head]) {
      this.#entries[this.#head++] = undefined;
      this.#leaderEpoch = entry.leaderEpoch;
      this.#passed++;
    }
    if (this.#head < COMPACT_AT) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }
}

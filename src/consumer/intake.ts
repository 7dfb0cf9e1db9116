/** Consuming with a failure policy or concurrency, step 2: a batch's rows become entries, by partition. */

import type { BatchView } from '../engine/batch-view.js';
import { PayloadError } from '../errors.js';
import { findLatest } from '../message/latest-only.js';
import type { DecodeOptions } from './decode.js';
import { Entry } from './entry.js';
import { judgeRow, type Row, UNREAD } from './read-row.js';
import { type RowSink, readRows } from './read-rows.js';

/** What a batch has of one partition. */
export interface Share<T> {
  readonly topicId: number;
  readonly partition: number;
  readonly epoch: number;
  /** all that is not done by being skipped, in order: to be handled, to be parked, or superseded */
  readonly entries: Entry<T>[];
  /** those of them that the handler gets */
  handle: Entry<T>[];
  /** those of them that cannot be read and are parked */
  readonly park: Entry<T>[];
  /** the offset of the first row */
  readonly first: number;
  /** the next offset to read, and the leader epoch of the row before it */
  next: number;
  leaderEpoch: number;
  /** a faulty row was met: nothing later in this partition counts */
  stopped: boolean;
}

export interface Intake<T> {
  readonly batchId: number;
  readonly shares: readonly Share<T>[];
  readonly tombstones: number;
  readonly superseded: number;
  /** passed over (onInvalid: 'skip') */
  readonly invalid: number;
  /** the first faulty row of each partition that has one, in order (onInvalid: 'stop') */
  readonly faults: readonly PayloadError[];
}

export interface IntakeOptions extends Omit<DecodeOptions, 'onInvalid'> {
  readonly onInvalid: 'stop' | 'dead-letter' | 'skip';
}

/** A promise only when a schema gave one. @throws HandlerError SCHEMA_THREW, also as a rejection */
export function takeIn<T>(view: BatchView, options: IntakeOptions): Intake<T> | Promise<Intake<T>> {
  const taking = new Taking<T>(view, options);
  const reading = readRows(view, taking);
  return reading === undefined ? taking.toIntake() : reading.then(() => taking.toIntake());
}

type Judged<T> = Row<T> | typeof UNREAD;

class Taking<T> implements RowSink<Judged<T>> {
  readonly #view: BatchView;
  readonly #options: IntakeOptions;
  readonly #shares: Share<T>[] = [];
  // Rows of a partition come in runs: nearly always the next row belongs where the last one did.
  #share: Share<T> | undefined;
  #tombstones = 0;
  #invalid = 0;
  readonly #faults: PayloadError[] = [];

  constructor(view: BatchView, options: IntakeOptions) {
    this.#view = view;
    this.#options = options;
  }

  read(row: number): Judged<T> | Promise<Judged<T>> {
    return judgeRow<T>(this.#view, row, this.#options);
  }

  skips(row: number): boolean {
    return this.#shareOf(row).stopped;
  }

  settle(row: number, read: Judged<T>): void {
    const view = this.#view;
    const share = this.#shareOf(row);
    if (read instanceof PayloadError) {
      this.#options.onFault(read);
      if (this.#options.onInvalid === 'stop') {
        this.#faults.push(read);
        share.stopped = true;
        share.next = view.offset(row);
        return;
      }
      if (this.#options.onInvalid === 'dead-letter') addInvalid(share, new Entry<T>(view, row, undefined), read);
      else this.#invalid++;
    } else if (read === undefined) this.#tombstones++;
    else {
      const entry = new Entry<T>(view, row, read === UNREAD ? undefined : read);
      share.entries.push(entry);
      share.handle.push(entry);
    }
    share.next = view.offset(row) + 1;
    share.leaderEpoch = view.leaderEpoch(row);
  }

  toIntake(): Intake<T> {
    const shares = this.#shares;
    const superseded = this.#options.latestOnly ? shares.reduce((sum, share) => sum + dropSuperseded(share), 0) : 0;
    return {
      ...{ batchId: this.#view.id, shares, superseded },
      ...{ tombstones: this.#tombstones, invalid: this.#invalid, faults: this.#faults },
    };
  }

  #shareOf(row: number): Share<T> {
    if (this.#share === undefined || !isOf(this.#share, this.#view, row)) this.#share = shareOf(this.#shares, this.#view, row);
    return this.#share;
  }
}

function addInvalid<T>(share: Share<T>, entry: Entry<T>, error: PayloadError): void {
  const nowMs = Date.now();
  entry.failure = { error, firstMs: nowMs, lastMs: nowMs };
  share.entries.push(entry);
  share.park.push(entry);
}

/** Leaves the latest of each id to be handled, with the others to follow it. Returns how many follow. */
function dropSuperseded<T>(share: Share<T>): number {
  const all = share.handle;
  // One partition, so the id alone tells them apart.
  const identities = all.map(({ id }) => ({ topic: '', partition: share.partition, id }));
  share.handle = findLatest(identities).map((index) => all[index] as Entry<T>);
  if (share.handle.length === all.length) return 0;
  const latest = new Map(share.handle.map((entry) => [entry.id, entry]));
  const kept = new Set(share.handle);
  for (const entry of all) {
    if (kept.has(entry)) continue;
    const survivor = latest.get(entry.id) as Entry<T>;
    survivor.superseded = [...(survivor.superseded ?? []), entry];
    entry.message = undefined;
  }
  return all.length - share.handle.length;
}

function isOf(share: Share<unknown>, view: BatchView, row: number): boolean {
  return share.partition === view.partition(row) && share.topicId === view.topicId(row);
}

function shareOf<T>(shares: Share<T>[], view: BatchView, row: number): Share<T> {
  const known = shares.find((share) => isOf(share, view, row));
  if (known !== undefined) return known;
  const share: Share<T> = {
    topicId: view.topicId(row),
    partition: view.partition(row),
    epoch: view.epoch(row),
    entries: [],
    handle: [],
    park: [],
    first: view.offset(row),
    next: view.offset(row),
    leaderEpoch: view.leaderEpoch(row),
    stopped: false,
  };
  shares.push(share);
  return share;
}

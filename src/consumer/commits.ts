/** Consuming, step 4: handled positions on their way to the broker. The engine coalesces them; here each answer is checked, what may be repeated
 *  is repeated, and the handler may run only so far ahead. */

import { commitFate } from '../engine/codes.js';
import { toKafkaException } from '../engine/faults.js';
import type { NativePositionResult } from '../engine/native.js';
import type { KafkaException, Position } from '../errors.js';
import type { ConsumerEvents, Emitter } from '../events.js';
import type { Positions } from './positions.js';

/** What commits need of the engine. */
export interface CommitPort {
  commit(positions: Float64Array): Promise<readonly NativePositionResult[]>;
  done(batchId: number): void;
  topicId(name: string): number;
}

export interface CommitsOptions {
  readonly name: string;
  readonly port: CommitPort;
  /** how many full batches' worth of handled records may wait for their answer */
  readonly maxUncommittedBatches: number;
  readonly batchSize: number;
  readonly emitter: Emitter<ConsumerEvents>;
  /** a failure that repeating cannot mend */
  onFailure(error: KafkaException): void;
}

/** However small the batches: each that waits costs a promise here and a place in the engine. */
const MAX_OPEN_BATCHES = 250;

type Tell = (results: readonly NativePositionResult[], startedMs: number) => void;

/** A retry waits this long, doubled each time up to the maximum; an assignment ends the wait. */
const RETRY_MS = 100;
const RETRY_MAX_MS = 5_000;
const NO_LEADER_EPOCH = -1;

/** The column of a row's epoch; 0 stands for the current one. */
const EPOCH = 3;

export class Commits {
  readonly #options: CommitsOptions;
  #open = 0;
  /** the records in them */
  #openRecords = 0;
  #changed: (() => void)[] = [];
  readonly #retryNow = new Set<() => void>();
  /** The newest row asked for, by partition, the user's own commits among them. A repeated older request must not take the group back behind it. */
  readonly #newest = new Map<string, Float64Array>();
  #underWay = 0;
  /** commits of the user that wait for their answer */
  #asked = 0;
  #abandoned = false;

  constructor(options: CommitsOptions) {
    this.#options = options;
  }

  /** Batches that are handled and not yet answered for. */
  get uncommitted(): number {
    return this.#open;
  }

  /** What a farewell waits for: handled batches, and what the user commits. */
  get unanswered(): number {
    return this.#open + this.#asked;
  }

  /** May another batch be handled? Then at most maxUncommittedBatches + 1 full ones are handled and unanswered, which is what repeats after a crash.
   *  Counted in records: single messages that come one by one would otherwise wait for a slow answer that only full batches need to wait for. */
  get hasRoom(): boolean {
    const { maxUncommittedBatches, batchSize } = this.#options;
    return this.#openRecords <= maxUncommittedBatches * batchSize && this.#open <= Math.max(maxUncommittedBatches, MAX_OPEN_BATCHES);
  }

  /** Everything in the batch is done: commit its positions. Returns at once; the batch counts as uncommitted until the broker's answer. */
  markHandled(batchId: number, positions: Positions): void {
    const { records } = positions;
    this.#open++;
    this.#openRecords += records;
    this.#store(positions.toArray(), (results, startedMs) => this.#tell(results, startedMs))
      .catch((error: KafkaException) => this.#options.onFailure(error))
      .finally(() => this.#settle(batchId, records));
  }

  /** Stores what is done without a gap, as `markHandled` does, for whoever bounds by himself how far handling runs ahead. Resolves when it is stored, or
   *  is not ours to store any more. @throws KafkaException when repeating is useless */
  async storeDone(rows: Float64Array): Promise<void> {
    this.#asked++;
    try {
      await this.#store(rows, (results, startedMs) => this.#tell(results, startedMs));
    } finally {
      this.#asked--;
      this.#tellChange();
    }
  }

  /** Stores what nobody handled, a start or skipped records: resolves when every position is stored, or its partition is not owned any more.
   *  Quintuples as `Positions.toArray` makes them. No event. @throws KafkaException when repeating is useless */
  storeUnhandled(rows: Float64Array): Promise<void> {
    return this.#store(rows, () => undefined);
  }

  /** Stores what the user commits, however often; passing errors are repeated.
   *  @throws KafkaException when a position was not stored, also because its partition is not owned or the run has ended before it was */
  async storeNow(rows: Float64Array): Promise<void> {
    let dropped: NativePositionResult | undefined;
    let waiting: NativePositionResult | undefined;
    this.#asked++;
    try {
      await this.#store(rows, (results, startedMs) => {
        this.#tell(results, startedMs);
        dropped ??= results.find(({ error }) => error !== null && commitFate(error.code) === 'drop');
        // What is to be repeated is stored by the end, unless the run ends first.
        waiting = results.find(({ error }) => error !== null);
      });
      const refused = dropped ?? waiting;
      if (refused !== undefined) throw this.#exception(refused);
    } finally {
      this.#asked--;
      this.#tellChange();
    }
  }

  async #store(rows: Float64Array, tell: Tell): Promise<void> {
    for (let i = 0; i < rows.length; i += 5) {
      const row = rows.subarray(i, i + 5);
      const key = `${row[0]}:${row[1]}`;
      if (!isOver(row, this.#newest.get(key))) this.#newest.set(key, row);
    }
    this.#underWay++;
    try {
      await this.#commit(rows, tell);
    } finally {
      if (--this.#underWay === 0) this.#newest.clear();
    }
  }

  /** Resolves when the number of unanswered commits has changed. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed.push(resolve);
    });
  }

  /** The group has assigned anew: what waited for that goes out now. */
  retry(): void {
    for (const go of this.#retryNow) go();
  }

  /** The run ends: what is still repeated goes out one last time, on the way out, and is then given up. */
  abandon(): void {
    this.#abandoned = true;
    this.retry();
  }

  #settle(batchId: number, records: number): void {
    this.#options.port.done(batchId);
    this.#open--;
    this.#openRecords -= records;
    this.#tellChange();
  }

  #tellChange(): void {
    for (const resolve of this.#changed.splice(0)) resolve();
  }

  async #commit(rows: Float64Array, tell: Tell): Promise<void> {
    const startedMs = performance.now();
    let again = rows.length === 0 ? [] : await this.#ask(rows, startedMs, tell);
    for (let pauseMs = RETRY_MS; again.length > 0 && !this.#abandoned; pauseMs = Math.min(RETRY_MAX_MS, pauseMs * 2)) {
      await this.#pause(pauseMs);
      // Only now: what was asked for and stored during the pause must not be taken back.
      const newest = Float64Array.from(again.flatMap((result) => this.#newestRow(result)));
      again = await this.#ask(newest, startedMs, tell);
    }
  }

  /** Returns what is to be asked for once more. @throws KafkaException when a failure is permanent */
  async #ask(rows: Float64Array, startedMs: number, tell: Tell): Promise<readonly NativePositionResult[]> {
    const results = await this.#options.port.commit(rows);
    tell(results, startedMs);
    return results.filter((result) => this.#isToRepeat(result));
  }

  #isToRepeat(result: NativePositionResult): boolean {
    if (result.error === null) return false;
    const fate = commitFate(result.error.code);
    if (fate === 'drop') return false;
    const error = this.#exception(result);
    if (fate === 'fatal' || fate === 'permanent') throw error;
    const { topic, partition, offset } = result;
    this.#options.emitter.emit('consumer.commitRetried', { position: { topic, partition, offset }, error });
    return true;
  }

  #newestRow({ topic, partition, offset, epoch }: NativePositionResult): readonly number[] {
    const topicId = this.#options.port.topicId(topic);
    const [, , newest = offset, asked = epoch, leaderEpoch = NO_LEADER_EPOCH] = this.#newest.get(`${topicId}:${partition}`) ?? [];
    // "The current epoch" meant the one in which it was asked for: a partition that was lost and came back has been read on by others.
    return [topicId, partition, newest, asked || epoch, leaderEpoch];
  }

  #exception({ topic, partition, offset, error }: NativePositionResult): KafkaException {
    const fault = error as NonNullable<typeof error>;
    return toKafkaException(fault, { what: `Committing for the ${this.#options.name}`, position: { topic, partition, offset } });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        this.#retryNow.delete(go);
        resolve();
      };
      const timer = setTimeout(go, ms);
      this.#retryNow.add(go);
    });
  }

  #tell(results: readonly NativePositionResult[], startedMs: number): void {
    const { emitter } = this.#options;
    if (!emitter.has('consumer.committed')) return;
    const positions: Position[] = results
      .filter((r) => r.error === null)
      .map(({ topic, partition, offset }) => ({ topic, partition, offset }));
    if (positions.length > 0) emitter.emit('consumer.committed', { positions, durationMs: performance.now() - startedMs });
  }
}

/** Is it of an epoch before the other's? The engine refuses it: it must not take the place of one that waits to be repeated. */
function isOver(row: Float64Array, other: Float64Array | undefined): boolean {
  const epoch = row[EPOCH] as number;
  return epoch !== 0 && other !== undefined && epoch < (other[EPOCH] as number);
}

/** Reading without a group: a topic's records by position, page by page, from anywhere to anywhere. Scans and look-ups stand on it; it commits
 *  nothing and leaves no trace on the brokers. */

import { BatchView } from '../engine/batch-view.js';
import { newReader } from '../engine/clients.js';
import { CODE } from '../engine/codes.js';
import { Connection } from '../engine/connection.js';
import { callEngine, toKafkaException } from '../engine/faults.js';
import type { NativeReader } from '../engine/native.js';
import { type KafkaException, type Position, TimeoutError } from '../errors.js';
import type { ConfigEntries } from '../settings/kafka-entries.js';
import type { Logger } from '../settings/logger.js';
import { PartitionQuestions } from './partition-questions.js';
import { type RawRecord, readRecord } from './raw-record.js';

export interface ReaderOptions {
  /** for messages, e.g. `reader` */
  readonly name: string;
  readonly bootstrapServers: string;
  readonly config: ConfigEntries;
  readonly logger: Logger;
}

/** Part of a partition: from the offset `from` up to, and without, `until`. It may hold fewer records than offsets. */
export interface PartitionRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly until: number;
}

/** Most records of a page. */
export const PAGE_RECORDS = 500;
const PAGE_BYTES = 4 * 1024 * 1024;
/** The engine answers at least this often, so that an abort is noticed. */
const PAGE_MS = 500;
/** A cluster that is silent for this long while there are records is given up. */
const SILENCE_MS = 30_000;

interface Page {
  readonly records: readonly RawRecord[];
  readonly next: number;
  readonly ended: boolean;
}

export class Reader {
  readonly #options: ReaderOptions;
  readonly #connection: Connection<NativeReader>;
  /** where partitions begin and end, and what lies where in time */
  readonly questions: PartitionQuestions;

  /** Opens the client: no network yet. */
  constructor(options: ReaderOptions) {
    const { name, bootstrapServers, config, logger } = options;
    this.#options = options;
    this.#connection = new Connection<NativeReader>({
      name,
      bootstrapServers,
      config,
      logger,
      open: (wake) => newReader(config, wake),
      // The log has them, and what they stop ends in an error of its own.
      onError: () => undefined,
      onLog: () => undefined,
      onStats: () => undefined,
      onRoleEvent: () => undefined,
    });
    this.questions = new PartitionQuestions(() => this.#connection);
  }

  /** Milliseconds. @throws TimeoutError TIMEOUT_CONNECT; KafkaException as soon as credentials or certificates are refused */
  async connect(timeoutMs: number): Promise<void> {
    await this.#connection.connect(timeoutMs);
  }

  /** Everything that can be read of a topic now, partition by partition; those without records are left out.
   *  @throws KafkaException UNKNOWN_TOPIC_OR_PART when there is no such topic: asking does not create it */
  async ranges(topic: string): Promise<readonly PartitionRange[]> {
    const { topics } = await this.questions.metadata(topic, SILENCE_MS);
    const error = topics[0]?.error;
    if (error) throw toKafkaException(error, { what: `Reading topic "${topic}"` });
    const partitions = topics.flatMap((found) => found.partitions.map(({ id }) => ({ topic, partition: id })));
    const marks = await this.questions.watermarks(partitions);
    return marks
      .filter(({ low, high }) => low < high)
      .map(({ partition, low, high }) => ({ topic, partition, from: low, until: high }))
      .sort((a, b) => a.partition - b.partition);
  }

  /** The records of the ranges, one range after the other, at most `PAGE_RECORDS` at a time. Ends on live, compacted and transactional topics: by a
   *  position at or behind the range's end, or by the partition's. A partition that ends before its range is waited for: its leader may lag behind
   *  the one that told the range.
   *  @throws the signal's reason; KafkaException; TimeoutError TIMEOUT_READ when the brokers fall silent */
  async *pages(ranges: readonly PartitionRange[], signal?: AbortSignal, maxRecords = PAGE_RECORDS): AsyncGenerator<readonly RawRecord[]> {
    for (const range of ranges) {
      let { from } = range;
      let heardMs = performance.now();
      for (let ended = false; !ended; ) {
        signal?.throwIfAborted();
        const page: Page = await this.#page({ ...range, from }, maxRecords);
        if (page.next > from) heardMs = performance.now();
        else if (!page.ended) this.#assertAlive(range, from, heardMs);
        ({ next: from, ended } = page);
        if (page.records.length === 0) continue;
        yield page.records;
        // While the caller was busy nobody listened.
        heardMs = performance.now();
      }
    }
  }

  /** The record at a position within a partition's `ranges`, or undefined when there is none: compacted away, or a mark of a transaction. */
  async record({ topic, partition, offset }: Position, signal?: AbortSignal): Promise<RawRecord | undefined> {
    for await (const [record] of this.pages([{ topic, partition, from: offset, until: offset + 1 }], signal, 1)) return record;
    return undefined;
  }

  async close(): Promise<void> {
    await this.#connection.mailbox.close(SILENCE_MS);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #page(range: PartitionRange, maxRecords: number): Promise<Page> {
    const { mailbox } = this.#connection;
    const page = { ...range, maxRecords, maxBytes: PAGE_BYTES, timeoutMs: PAGE_MS };
    const answer = await mailbox.request('page', (request) =>
      callEngine(`Reading with the ${this.#options.name}`, () => mailbox.handle.read(request, page)),
    );
    const { batch, next, ended, error } = answer;
    const records: RawRecord[] = [];
    if (batch !== null) {
      const view = new BatchView(batch);
      for (let row = 0; row < view.count; row++) records.push(readRecord(view, row, range.topic));
    }
    if (error === null) return { records, next, ended };
    const { topic, partition } = range;
    const failure = toKafkaException(error, { what: 'Reading', position: { topic, partition, offset: next } });
    return { records, ended: false, next: await this.#afterCut(range, next, failure) };
  }

  /** Where to go on when the records at the position have been deleted meanwhile. @throws the failure when it is anything else */
  async #afterCut({ topic, partition }: PartitionRange, next: number, failure: KafkaException): Promise<number> {
    if (failure.kafkaCode !== CODE.autoOffsetReset) throw failure;
    const [marks] = await this.questions.watermarks([{ topic, partition }]);
    if (marks === undefined || marks.low <= next) throw failure;
    return marks.low;
  }

  #assertAlive({ topic, partition }: PartitionRange, from: number, heardMs: number): void {
    const { fatal } = this.#connection;
    if (fatal !== undefined) throw fatal;
    if (performance.now() - heardMs < SILENCE_MS) return;
    const text = `Reading ${topic}:${partition}:${from}: nothing came for ${SILENCE_MS} ms${this.#connection.because()}`;
    const cause: KafkaException | undefined = this.#connection.lastError;
    throw new TimeoutError('TIMEOUT_READ', text, { timeoutMs: SILENCE_MS, ...(cause === undefined ? {} : { cause }) });
  }
}

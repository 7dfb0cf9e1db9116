/** Demo: the three services side by side, from the first event to the last alert. */
import { costOf, paced, toBatches } from './batches.js';
import type { Entry } from './entries.js';
import { ingest } from './ingest.js';
import { Ledger } from './ledger.js';
import type { Place } from './place.js';
import { runRanker } from './rank.js';
import { Report, runReporter } from './report.js';
import { Stage } from './stage.js';

/** The embedded broker keeps 5 MB a partition and forgets the oldest beyond it, read or not; all that is under way may lie in one partition.
 *  On a real broker the same bound keeps the latencies those of a service that keeps up. */
const MAX_UNDER_WAY_BYTES = 4_000_000;
const STALL_MS = 30_000;

export class Pipeline {
  readonly ingest = new Stage('ingest');
  readonly ranker = new Stage('ranker');
  readonly reporter = new Stage('reporter');
  readonly report = new Report();
  readonly ledger: Ledger;
  /** When the first event was sent, on performance.now()'s clock. */
  startedMs = 0;
  readonly #place: Place;
  readonly #stop = new AbortController();
  readonly #failures: unknown[] = [];

  constructor(place: Place) {
    this.#place = place;
    this.ledger = new Ledger({ maxCost: MAX_UNDER_WAY_BYTES, stallMs: STALL_MS, signal: this.#stop.signal });
  }

  /** Resolves when every event has become an alert that was reported.
   *  @throws what the first failing service ended with; CommandError when messages are lost; the signal's reason */
  async run(events: AsyncIterable<readonly Entry[]>, signal: AbortSignal): Promise<void> {
    const stopHere = (): void => this.#stop.abort(signal.reason);
    signal.addEventListener('abort', stopHere, { once: true });
    if (signal.aborted) stopHere();
    const services = [this.#guard(this.#rank()), this.#guard(this.#reportAll())];
    await this.#guard(this.#feed(events));
    this.#stop.abort();
    await Promise.all(services);
    signal.removeEventListener('abort', stopHere);
    // What broke because it was asked to stop is no failure of its own.
    signal.throwIfAborted();
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  /** The first failure stops everything, and is what the run ends with. */
  async #guard(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#failures.push(error);
      this.#stop.abort(error);
    }
  }

  async #feed(events: AsyncIterable<readonly Entry[]>): Promise<void> {
    const { signal } = this.#stop;
    await ingest(
      paced(toBatches(events), this.ledger, () => this.#ready()),
      {
        place: this.#place,
        stage: this.ingest,
        signal,
        onDelivered: (entry, delivery) => this.ledger.wrote({ ...delivery, key: entry.id }, costOf(entry)),
      },
    );
    await this.ledger.complete();
  }

  /** Without it the time to join the groups would count as latency. */
  async #ready(): Promise<void> {
    await untilAborted(Promise.all([this.ranker.assigned, this.reporter.assigned]), this.#stop.signal);
    this.startedMs = performance.now();
  }

  #rank(): Promise<void> {
    return runRanker({ place: this.#place, stage: this.ranker, signal: this.#stop.signal });
  }

  #reportAll(): Promise<void> {
    return runReporter({
      place: this.#place,
      stage: this.reporter,
      signal: this.#stop.signal,
      report: this.report,
      // An alert tells by its history which quake it came from.
      onReported: ({ refs: [alert] }) => {
        for (const quake of alert.hist?.refs ?? []) this.ledger.arrivedFrom(quake);
      },
    });
  }
}

function untilAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    signal.throwIfAborted();
    work.then(() => resolve(), reject);
  });
}

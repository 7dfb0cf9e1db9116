/** Consuming with a failure policy or concurrency: one partition in one epoch, what of it is done, what runs, and the waits that its loss cuts short. */

import type { TopicPartition } from '../events.js';
import type { Entry } from './entry.js';
import { Progress, type ProgressOf } from './progress.js';

export class OwnedPartition<T> {
  readonly of: TopicPartition;
  readonly progress: Progress<Entry<T>>;
  /** parts that are on their way */
  running = 0;
  /** why nothing more of it is taken: parts that failed, a look-ahead that is used up, … */
  failing = 0;
  isFull = false;
  /** a record ends the run: nothing behind it is taken */
  isStopped = false;
  /** for any of these reasons, in the engine */
  isHeld = false;
  /** `consumer.held` was told, `consumer.freed` was not */
  isTold = false;
  readonly #cuts = new Set<() => void>();
  #isGone = false;
  #whenDone: (() => void) | undefined;

  constructor(of: TopicPartition, progressOf: ProgressOf) {
    this.of = of;
    this.progress = new Progress(progressOf);
  }

  /** Given away, lost, sought, or the run ends: what runs may end, nothing more begins. */
  get isGone(): boolean {
    return this.#isGone;
  }

  leave(): void {
    this.#isGone = true;
    for (const cut of this.#cuts) cut();
    this.#cuts.clear();
  }

  /** Calls `cut` when the partition goes, at once if it has gone. Returns who forgets it. */
  onLeave(cut: () => void): () => void {
    if (this.#isGone) cut();
    else this.#cuts.add(cut);
    return () => void this.#cuts.delete(cut);
  }

  /** Resolves when everything that was taken is done, or the partition goes. */
  async settled(): Promise<void> {
    while (!this.#isGone && this.progress.ahead > 0) {
      await new Promise<void>((resolve) => {
        const forget = this.onLeave(resolve);
        this.#whenDone = () => {
          forget();
          resolve();
        };
      });
    }
  }

  /** Some of it is done. */
  noteDone(): void {
    this.#whenDone?.();
  }

  /** Milliseconds. false: cut short. */
  wait(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (whole: boolean): void => {
        clearTimeout(timer);
        this.#cuts.delete(cut);
        resolve(whole);
      };
      const cut = (): void => end(false);
      const timer = setTimeout(end, ms, true);
      if (this.#isGone) cut();
      else this.#cuts.add(cut);
    });
  }

  /** What `work` resolves with; undefined when the partition is gone and `graceMs` have passed since. */
  async within<R>(work: Promise<R>, graceMs: number): Promise<R | undefined> {
    let timer: NodeJS.Timeout | undefined;
    let cut = (): void => undefined;
    const late = new Promise<undefined>((resolve) => {
      cut = () => {
        timer = setTimeout(() => resolve(undefined), graceMs);
      };
    });
    const forget = this.onLeave(cut);
    try {
      return await Promise.race([work, late]);
    } finally {
      forget();
      clearTimeout(timer);
    }
  }
}

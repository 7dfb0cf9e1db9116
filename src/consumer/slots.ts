/** Consuming with concurrency: how many handler calls may run at once. Whoever waits longest goes first. */

const COMPACT_AT = 1_024;

export class Slots {
  #free: number;
  /** in order; those before `#next` have gone */
  #waiting: (() => void)[] = [];
  #next = 0;

  constructor(max: number) {
    this.#free = max;
  }

  /** undefined = there is one, go on; else it is yours when the promise resolves. */
  take(): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free--;
      return undefined;
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  give(): void {
    const next = this.#waiting[this.#next];
    if (next === undefined) {
      this.#free++;
      return;
    }
    // Not shift(): with a thousand lanes waiting it moves a thousand for every call.
    if (++this.#next >= COMPACT_AT) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    next();
  }
}

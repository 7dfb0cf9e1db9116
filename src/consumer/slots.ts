/** Consuming with concurrency: how many handler calls may run at once. Whoever waits longest goes first. */

/** Those that have gone are dropped from the list in one go: shift() moves a thousand that wait for every one that goes. */
const COMPACT_AT = 1_024;

/** Who waits for a slot. */
export interface Turn {
  /** It is their turn. */
  go(): void;
}

export class Slots {
  #free: number;
  /** in order; those before `#next` have gone */
  #waiting: Turn[] = [];
  #next = 0;
  #isServing = false;

  constructor(max: number) {
    this.#free = max;
  }

  /** Has it go when there is a slot for it: at once, or later. Its end is told by `give`. */
  take(turn: Turn): void {
    this.#waiting.push(turn);
    this.#serve();
  }

  give(): void {
    this.#free++;
    this.#serve();
  }

  /** One loop, not one inside the other: many may go and give at once, when what they waited for is gone. */
  #serve(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    while (this.#free > 0 && this.#next < this.#waiting.length) {
      this.#free--;
      this.#waiting[this.#next++]?.go();
      if (this.#next < COMPACT_AT) continue;
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    this.#isServing = false;
  }
}

/** Handling: tells a few poisoned messages from a world that is down, so that an outage does not drain a topic into its dead letter. */

/** The messages that are looked back on. */
const WINDOW = 100;

export class CircuitBreaker {
  readonly #maxShare: number;
  /** how the last messages ended, true = failed; a ring */
  readonly #ends: boolean[] = new Array<boolean>(WINDOW).fill(false);
  #at = 0;
  #failed = 0;

  constructor(maxShare: number) {
    this.#maxShare = maxShare;
  }

  /** So many messages were handled. */
  noteDone(count: number): void {
    this.#note(count, false);
  }

  /** So many messages failed for good. */
  noteFailed(count: number): void {
    this.#note(count, true);
  }

  /** A message was handled after an outage: what failed before it says nothing about what comes. */
  reset(): void {
    this.#note(WINDOW, false);
  }

  /** Have more than maxShare of the last 100 messages failed? What is not yet 100 counts as handled, so that the first message cannot open it. */
  get isOpen(): boolean {
    return this.#failed > this.#maxShare * WINDOW;
  }

  /** May these be parked? `guilty` of the `total` messages that were handled together failed. A batch of one says nothing about the world; with
   *  maxShare 1 whatever fails is parked. */
  allows(guilty: number, total: number): boolean {
    if (this.#maxShare >= 1) return true;
    return !this.isOpen && (guilty < total || total < 2);
  }

  #note(count: number, failed: boolean): void {
    for (let n = Math.min(count, WINDOW); n > 0; n--) {
      if (this.#ends[this.#at] === true) this.#failed--;
      if (failed) this.#failed++;
      this.#ends[this.#at] = failed;
      this.#at = (this.#at + 1) % WINDOW;
    }
  }
}

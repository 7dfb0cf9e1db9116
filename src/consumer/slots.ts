/** Consuming with concurrency: how many handler calls may run at once. Whoever waits longest goes first. While calls wait for what they asked for, those
 *  behind them get ready. */

/** Those that have gone are dropped from the list in one go: shift() moves a thousand that wait for every one that goes. */
const COMPACT_AT = 1_024;

/** Who waits for a slot. */
export interface Turn {
  /** It is their turn. */
  go(): void;
  /** Their turn comes soon: does what can be done before it. Returns how many messages that were. */
  prepare?(): number;
}

/** Who waits behind so many others is not prepared yet: what is prepared takes room. */
const PREPARE_AHEAD = 512;

/** Messages that are prepared in one go: timers and sockets wait for it. */
const PREPARE_AT_ONCE = 8;

export class Slots {
  #free: number;
  /** in order; those before `#next` have gone, and are let go: what a turn holds may be large */
  #waiting: (Turn | undefined)[] = [];
  #next = 0;
  /** those before it have gone or are prepared */
  #unprepared = 0;
  readonly #prepareAhead: number;
  #isServing = false;
  #isPlanned = false;

  constructor(max: number) {
    this.#free = max;
    this.#prepareAhead = Math.min(2 * max, PREPARE_AHEAD);
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
      const turn = this.#waiting[this.#next];
      this.#waiting[this.#next++] = undefined;
      turn?.go();
      if (this.#next < COMPACT_AT) continue;
      this.#waiting = this.#waiting.slice(this.#next);
      this.#unprepared -= this.#next;
      this.#next = 0;
    }
    this.#isServing = false;
    this.#planPreparing();
  }

  /** Twice as many as may run at once are prepared, bit by bit, in turns of the event loop of their own: while the calls that run wait, the loop would sleep. */
  #planPreparing(): void {
    if (this.#isPlanned || this.#nextUnprepared === undefined) return;
    this.#isPlanned = true;
    setImmediate(this.#prepareSome);
  }

  readonly #prepareSome = (): void => {
    this.#isPlanned = false;
    let left = PREPARE_AT_ONCE;
    for (let turn = this.#nextUnprepared; turn !== undefined && left > 0; turn = this.#nextUnprepared) {
      left -= turn.prepare?.() ?? 0;
      this.#unprepared++;
    }
    this.#planPreparing();
  };

  get #nextUnprepared(): Turn | undefined {
    if (this.#unprepared < this.#next) this.#unprepared = this.#next;
    return this.#unprepared - this.#next < this.#prepareAhead ? this.#waiting[this.#unprepared] : undefined;
  }
}

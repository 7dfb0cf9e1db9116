/** Consuming with a failure policy: messages that failed together, on their way through attempts until each is done, parked, or ends the run. It asks the
 *  policies; who calls, waits and parks is told by its port. */

import type { HandlerError } from '../errors.js';
import { type Attempted, type CallOutcome, type Failure, noteCall } from '../handling/attempted.js';
import type { CircuitBreaker } from '../handling/circuit-breaker.js';
import { Isolation } from '../handling/isolate.js';
import type { RetryPolicy } from '../handling/retry.js';

export interface Policies {
  readonly retry: RetryPolicy;
  /** the wait after so many failures of what must not be given up, from 1; milliseconds */
  backoffMs(failures: number): number;
  /** undefined = there is no dead letter: what stays failed ends the run */
  readonly breaker: CircuitBreaker | undefined;
  /** a part holds unrelated messages, so that all of them failing speaks of the world, not of them */
  readonly isMixed: boolean;
}

/** Why a part waits, and what it waits with. */
export interface Pause<I> {
  readonly reason: 'retry' | 'circuit';
  readonly items: readonly I[];
  readonly delayMs: number;
  readonly failure: Failure;
}

export interface PartPort<I> {
  /** One handler call; undefined: the part is cut short, nobody is called any more. */
  call(items: readonly I[]): Promise<CallOutcome<I> | undefined>;
  /** false: cut short. */
  wait(pause: Pause<I>): Promise<boolean>;
  done(items: readonly I[]): void;
  /** Resolves once all are parked, however long that takes; false: cut short. */
  park(items: readonly I[]): Promise<boolean>;
}

/** 'cut': what is not done is left to whoever reads it next. An error: the run ends with it. */
export type PartEnd = 'done' | 'cut' | HandlerError;

/** How the part came to be: a call that it was in, `alone` or beside other parts. */
export interface FirstCall<I> {
  readonly outcome: CallOutcome<I>;
  readonly alone: boolean;
}

/** When this many have failed one by one and nobody of the part has been handled, the rest is not asked: it looks like an outage, in which each call may
 *  take long, and those asked before its end would be parked for it. */
const OUTAGE_AFTER = 8;

export class Part<I extends Attempted> {
  readonly #policies: Policies;
  readonly #port: PartPort<I>;
  readonly #total: number;
  #open: readonly I[];
  /** failed by name, with no use in trying again */
  #hopeless: readonly I[] = [];
  /** the last call was made with exactly the open ones */
  #alone = false;
  #isNoted = false;

  constructor(items: readonly I[], policies: Policies, port: PartPort<I>) {
    this.#open = items;
    this.#total = items.length;
    this.#policies = policies;
    this.#port = port;
  }

  async run(first: FirstCall<I>): Promise<PartEnd> {
    let outcome: CallOutcome<I> | undefined = first.outcome;
    this.#alone = first.alone;
    for (;;) {
      const last = await this.#attempts(outcome);
      if (last === undefined) return 'cut';
      const suspects = [...this.#hopeless, ...this.#open];
      if (suspects.length === 0) return 'done';
      const { breaker } = this.#policies;
      if (breaker === undefined) return failureOf(suspects).error as HandlerError;
      const guilty = last.threw === undefined ? suspects : await this.#isolate();
      if (guilty === undefined) return 'cut';
      if (guilty.length === 0) return 'done';
      if (!this.#isNoted) breaker.noteFailed(guilty.length);
      this.#isNoted = true;
      if (this.#mayPark(guilty)) return (await this.#port.park(guilty)) ? 'done' : 'cut';
      const next = await this.#waitOut(guilty);
      if (next === undefined) return 'cut';
      this.#open = next;
      this.#hopeless = [];
      outcome = undefined;
    }
  }

  /** Calls until nothing is open, or the policy gives up; returns the last outcome. */
  async #attempts(first: CallOutcome<I> | undefined): Promise<CallOutcome<I> | undefined> {
    let outcome = first;
    for (let calls = 1; this.#open.length > 0; calls++) {
      if (outcome === undefined) {
        outcome = await this.#port.call(this.#open);
        this.#alone = true;
      }
      if (outcome === undefined) return undefined;
      this.#note(outcome);
      const delayMs = this.#sift(calls, outcome);
      if (delayMs === undefined) return outcome;
      const pause = { reason: 'retry', items: this.#open, delayMs, failure: failureOf(this.#open) } as const;
      if (!(await this.#port.wait(pause))) return undefined;
      outcome = undefined;
    }
    return outcome ?? { threw: undefined, failed: new Map() };
  }

  #note(outcome: CallOutcome<I>): void {
    const { done, open } = noteCall(this.#open, outcome, Date.now());
    this.#port.done(done);
    this.#open = open;
  }

  /** The wait before the open ones are called again; undefined: not at all. Those failed by name are asked about one by one. */
  #sift(calls: number, { threw }: CallOutcome<I>): number | undefined {
    const { retry } = this.#policies;
    if (this.#open.length === 0) return undefined;
    if (threw !== undefined) return retry.nextDelay(calls, threw.cause);
    const delays = this.#open.map((item) => retry.nextDelay(calls, failureOf([item]).error.cause));
    const again = this.#open.filter((_, index) => delays[index] !== undefined);
    if (again.length === 0) return undefined;
    this.#hopeless = [...this.#hopeless, ...this.#open.filter((_, index) => delays[index] === undefined)];
    this.#open = again;
    return Math.max(...delays.filter((delay) => delay !== undefined));
  }

  /** Finds who of the open ones made the last call throw. */
  async #isolate(): Promise<readonly I[] | undefined> {
    const isolation = new Isolation(this.#open, this.#alone);
    let isAnyDone = false;
    for (let group = isolation.next; group !== undefined; group = isolation.next) {
      const outcome = await this.#port.call(group);
      if (outcome === undefined) return undefined;
      const { done, open } = noteCall(group, outcome, Date.now());
      this.#port.done(done);
      isAnyDone ||= done.length > 0;
      if (outcome.threw === undefined) isolation.returned(open);
      else isolation.threw();
      if (!isAnyDone && isolation.guilty.length >= OUTAGE_AFTER && !this.#mayPark(this.#open)) break;
    }
    // Broken off: all of them are suspects still, and none is parked.
    if (isolation.next !== undefined) return [...this.#hopeless, ...this.#open];
    return [...this.#hopeless, ...isolation.guilty];
  }

  #mayPark(guilty: readonly I[]): boolean {
    const { breaker, isMixed } = this.#policies;
    return breaker?.allows(guilty.length, isMixed ? this.#total : Number.POSITIVE_INFINITY) ?? false;
  }

  /** Too much fails: waits, and tries one after the other until one is handled. Returns those that are still open, to be handled as
   *  if for the first time; undefined when cut short. */
  async #waitOut(guilty: readonly I[]): Promise<readonly I[] | undefined> {
    for (let failures = 1; ; failures++) {
      const pause = { reason: 'circuit', items: guilty, delayMs: this.#policies.backoffMs(failures), failure: failureOf(guilty) } as const;
      if (!(await this.#port.wait(pause))) return undefined;
      // Others were handled meanwhile: the outage is over, and what failed in it says nothing of these.
      if (this.#mayPark(guilty)) return guilty;
      const probe = guilty[spread(failures - 1, guilty.length)] as I;
      const outcome = await this.#port.call([probe]);
      if (outcome === undefined) return undefined;
      const { done } = noteCall([probe], outcome, Date.now());
      if (done.length === 0) continue;
      this.#policies.breaker?.reset();
      this.#port.done(done);
      return guilty.filter((item) => item !== probe);
    }
  }
}

/** Far from those before it: a few poisoned ones side by side are soon behind. */
function spread(turn: number, count: number): number {
  return Math.floor(((turn * GOLDEN) % 1) * count);
}
const GOLDEN = 0.618_033_988_75;

function failureOf(items: readonly Attempted[]): Failure {
  return (items[0] as Attempted).failure as Failure;
}

/** Consuming: whose handler, or loop body, the current code was called by. Closing from inside one must not wait for it. */

import { AsyncLocalStorage } from 'node:async_hooks';

/** Something of the user's that runs for a run: a handler call, or the body of a loop for one batch. */
export interface Caller {
  readonly run: object;
  /** A timer or listener that it left behind still carries it: hence only while it runs. */
  isRunning: boolean;
  /** what it was itself called by, e.g. the handler of another consumer */
  readonly outer: Caller | undefined;
}

const callers = new AsyncLocalStorage<Caller>();

/** Begins to follow who calls whom. Node follows only what begins after its first use: code that was waiting by then, e.g. to close the consumer later,
 *  would be taken for whatever ran last. */
export function followCallers(): void {
  // With the current store Node would see nothing to do.
  callers.run({ run: {}, isRunning: false, outer: callers.getStore() }, () => undefined);
}

/** Is the current code called, directly or not, by a handler or loop body of this run that is still running? */
export function isInside(run: object): boolean {
  for (let caller = callers.getStore(); caller !== undefined; caller = caller.outer)
    if (caller.run === run && caller.isRunning) return true;
  return false;
}

/** What called the current code, if anything of a run did. */
export function currentCaller(): Caller | undefined {
  return callers.getStore();
}

/** One handler call of a run. Not a function around the handler: with async hooks on, a promise more for each call is dear. */
export class HandlerBody implements Caller {
  readonly run: object;
  isRunning = true;
  readonly outer: Caller | undefined;

  /** `outer`: what the run itself was called by. */
  constructor(run: object, outer: Caller | undefined) {
    this.run = run;
    this.outer = outer;
  }

  /** Calls the handler as one of the run's. */
  enter<R>(handler: () => R): R {
    return callers.run(this, handler);
  }

  /** The handler has ended. */
  end(): void {
    this.isRunning = false;
  }
}

/** The bodies of one `for await` loop. Its body goes on in the context of whoever asked for the next batch, so that context is marked, batch by batch,
 *  while the asking still runs synchronously in it. */
export class LoopBodies {
  readonly #run: object;
  readonly #outer = callers.getStore();
  #next: Caller | undefined;

  constructor(run: object) {
    this.#run = run;
  }

  /** The loop asks for a batch: call this before anything is awaited. What the same caller does beside the loop's first batch counts as its body, too:
   *  the two cannot be told apart. From the second batch on they can, since every batch has a mark of its own. */
  asked(): void {
    this.#next = { run: this.#run, isRunning: false, outer: this.#outer };
    callers.enterWith(this.#next);
  }

  /** The body runs with its batch; returns its end. */
  begin(): () => void {
    const body = this.#next;
    if (body !== undefined) body.isRunning = true;
    return () => {
      if (body !== undefined) body.isRunning = false;
    };
  }
}

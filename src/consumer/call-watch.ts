/** Consuming with a failure policy or concurrency: tells the engine when the oldest running handler call began, so that its watchdog counts calls and not
 *  the waits between them. */

/** The engine may know the beginning this inexactly, as a share of the limit. Telling it more often would cross the boundary with every message. */
const SLACK = 0.01;

export class CallWatch {
  readonly #tell: (agoMs: number | undefined) => void;
  readonly #slackMs: number;
  /** by the number of the call; the first is the oldest */
  readonly #running = new Map<number, number>();
  #last = 0;
  /** the call that the engine watches: its number, and when it began */
  #told: { readonly call: number; readonly sinceMs: number } | undefined;

  constructor(tell: (agoMs: number | undefined) => void, limitMs: number) {
    this.#tell = tell;
    this.#slackMs = limitMs * SLACK;
  }

  /** A call begins now. Returns the number to end it by. */
  begin(nowMs: number): number {
    const call = ++this.#last;
    this.#running.set(call, nowMs);
    this.#refresh(nowMs);
    return call;
  }

  end(call: number, nowMs: number): void {
    this.#running.delete(call);
    this.#refresh(nowMs);
  }

  /** The engine's call has ended, or is none: it is told the oldest, at once when none runs or its own began long ago, else when the next call comes or
   *  goes. A call is never taken for older than it is by more than the slack, which the telling adds. */
  #refresh(nowMs: number): void {
    if (this.#running.size === 0) {
      if (this.#told !== undefined) this.#tell(undefined);
      this.#told = undefined;
      return;
    }
    if (this.#told !== undefined && (this.#running.has(this.#told.call) || nowMs - this.#told.sinceMs < this.#slackMs)) return;
    const [oldest] = this.#running;
    const [call, sinceMs] = oldest as [number, number];
    this.#told = { call, sinceMs };
    this.#tell(Math.max(0, nowMs - sinceMs - this.#slackMs));
  }
}

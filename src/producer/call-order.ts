/** Producing: batches go out in the order in which they were handed over, also when the schemas of an earlier one take their time. */

export class CallOrder {
  /** Fulfilled when the last of the waiting calls was sent, or will never be. */
  #last: Promise<void> = Promise.resolve();
  readonly #waiting = new Set<(reason: unknown) => void>();

  /** How many calls wait for their schemas, or for an earlier call's. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Sends what is ready once all earlier calls were sent; at once, before it returns, when there is nothing to wait for. */
  async send<C, R>(ready: C | Promise<C>, send: (ready: C) => Promise<R>): Promise<R> {
    if (this.waiting === 0 && !(ready instanceof Promise)) return await send(ready);
    // Its own failure is met only when its turn comes; nobody may take it for unhandled until then.
    if (ready instanceof Promise) ready.catch(() => undefined);
    const earlier = this.#last;
    return await new Promise<R>((resolve, reject) => {
      this.#waiting.add(reject);
      // The turn ends when the batch is sent, not when it is acknowledged.
      this.#last = earlier
        .then(async () => {
          const its = await ready;
          // Given up meanwhile: nobody would hear how sending went.
          if (this.#waiting.has(reject)) resolve(send(its));
        })
        .catch(reject)
        .finally(() => this.#waiting.delete(reject));
    });
  }

  /** Resolves when nothing waits any more, at the latest after the time. */
  async settled(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([this.#last, late]);
    clearTimeout(timer);
  }

  /** Rejects the calls that still wait. */
  abandon(reason: unknown): void {
    for (const reject of this.#waiting) reject(reason);
    this.#waiting.clear();
  }
}

/** Consuming: the wish to stop, from a signal or `close()`, with the deadline that it starts. */

export class StopRequest {
  readonly #controller = new AbortController();
  readonly #drainTimeoutMs: number;
  readonly #onRequest: () => void;
  #deadlineMs: number | undefined;

  constructor(drainTimeoutMs: number, onRequest: () => void) {
    this.#drainTimeoutMs = drainTimeoutMs;
    this.#onRequest = onRequest;
  }

  /** what the handler sees */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get requested(): boolean {
    return this.#deadlineMs !== undefined;
  }

  /** The first call starts the drain time; later ones change nothing. */
  request(reason?: unknown): void {
    if (this.#deadlineMs !== undefined) return;
    this.#deadlineMs = performance.now() + this.#drainTimeoutMs;
    this.#controller.abort(reason);
    this.#onRequest();
  }

  /** Settles as `work` does, but no later than the drain time after the request: then it rejects with what `late` makes.
   *  Without a request it waits for ever. */
  async within<T>(work: Promise<T>, late: () => Error): Promise<T> {
    const { signal } = this;
    let timer: NodeJS.Timeout | undefined;
    let arm: (() => void) | undefined;
    const deadline = new Promise<never>((_, reject) => {
      arm = (): void => {
        timer = setTimeout(() => reject(late()), Math.max(0, (this.#deadlineMs ?? 0) - performance.now()));
      };
      if (signal.aborted) arm();
      else signal.addEventListener('abort', arm, { once: true });
    });
    try {
      return await Promise.race([work, deadline]);
    } finally {
      clearTimeout(timer);
      if (arm !== undefined) signal.removeEventListener('abort', arm);
    }
  }
}

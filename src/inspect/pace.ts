/** Inspecting, how fast a redrive goes: a rate of messages a second, kept over the whole run. */

import { setTimeout as delay } from 'node:timers/promises';

/** A chunk takes this share of a second at the given rate. */
const CHUNK_SHARE = 0.25;

export class Pace {
  readonly #perSecond: number | undefined;
  #nextMs = -Infinity;

  /** undefined = as fast as it goes */
  constructor(perSecond: number | undefined) {
    this.#perSecond = perSecond;
  }

  /** How many messages may go at once. */
  chunkOf(most: number): number {
    return this.#perSecond === undefined ? most : Math.min(most, Math.max(1, Math.floor(this.#perSecond * CHUNK_SHARE)));
  }

  /** How long to wait before `count` more messages. Milliseconds. Idle time is not made up for by a burst. */
  reserve(count: number, nowMs: number): number {
    if (this.#perSecond === undefined) return 0;
    const startMs = Math.max(this.#nextMs, nowMs);
    this.#nextMs = startMs + (count * 1000) / this.#perSecond;
    return startMs - nowMs;
  }

  /** Waits for the turn of `count` more messages. @throws the signal's reason */
  async turn(count: number, signal?: AbortSignal): Promise<void> {
    const waitMs = this.reserve(count, performance.now());
    if (waitMs > 0) await pause(waitMs, signal);
  }
}

/** Milliseconds. @throws the signal's reason */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

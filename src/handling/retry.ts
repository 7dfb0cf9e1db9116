/** Handling, the policy of trying again: how long to wait before which call, and when it is of no use. Pure: whoever asks does the waiting. */

import type { ResolvedRetry } from '../settings/failure-options.js';

/** When to call again. Asking changes nothing. */
export interface RetryPolicy {
  /** The wait before the next call, milliseconds; undefined = no more calls. `attempt`: calls so far, from 1. `error`: what the last one failed with. */
  nextDelay(attempt: number, error: unknown): number | undefined;
}

/** One call, no second. */
export const NO_RETRY: RetryPolicy = { nextDelay: () => undefined };

export function createRetryPolicy(options: ResolvedRetry, random: () => number = Math.random): RetryPolicy {
  return {
    nextDelay(attempt, error) {
      if (attempt >= options.attempts || !options.shouldRetry(error)) return undefined;
      return backoffMs(options, attempt, random);
    },
  };
}

type Backoff = Pick<ResolvedRetry, 'initialDelayMs' | 'maxDelayMs' | 'factor' | 'jitter'>;

/** The wait after so many failures, from 1. Milliseconds; the jitter only shortens it, so maxDelayMs holds. */
export function backoffMs(options: Backoff, failures: number, random: () => number = Math.random): number {
  const { initialDelayMs, maxDelayMs, factor, jitter } = options;
  const full = Math.min(maxDelayMs, initialDelayMs * factor ** (failures - 1));
  return Math.round(full * (1 - jitter * random()));
}

/** Handling: what is known of something on its way through handler calls; the consumer's entries and `runHandler`'s messages alike. */

import type { HandlerError, PayloadError } from '../errors.js';

export interface Failure {
  /** the last one */
  readonly error: HandlerError | PayloadError;
  /** when it failed first and last, milliseconds since 1970 */
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface Attempted {
  /** handler calls so far */
  attempts: number;
  /** why it is not done */
  failure: Failure | undefined;
}

/** How one call went. Nothing failed: both are empty. */
export interface CallOutcome<I> {
  /** none of the call's items is done */
  readonly threw: HandlerError | undefined;
  readonly failed: ReadonlyMap<I, HandlerError>;
}

export function isClean({ threw, failed }: CallOutcome<unknown>): boolean {
  return threw === undefined && failed.size === 0;
}

/** Counts the call for every item, and splits them. */
export function noteCall<I extends Attempted>(
  items: readonly I[],
  { threw, failed }: CallOutcome<I>,
  nowMs: number,
): { readonly done: readonly I[]; readonly open: readonly I[] } {
  const done: I[] = [];
  const open: I[] = [];
  for (const item of items) {
    item.attempts++;
    const error = failed.get(item) ?? threw;
    if (error === undefined) done.push(item);
    else {
      item.failure = { error, firstMs: item.failure?.firstMs ?? nowMs, lastMs: nowMs };
      open.push(item);
    }
  }
  return { done, open };
}

/** Message layer: the shape of a message's past, as it travels in the envelope. Types only; reading is in unpack and lazy-ref, writing in ref-json. */
import type { Position } from '../errors.js';

/** What one service did: `svc` made a message at `dt` out of the messages in `refs`. One hist is one hop. */
export interface History {
  readonly svc: string;
  /** RFC 3339, any offset. */
  readonly dt: string;
  readonly refs: readonly Ref[] | null;
  /** RFC 3339: when the batch was received. */
  readonly received?: string;
  /** RFC 3339: when the batch's handler started. */
  readonly started?: string;
  /** Hops cut between this one and `refs` because the history outgrew its budget; what then stays in `refs` ends at the origin. */
  readonly dropped?: number;
}

/** A message in a topic together with its own history. `key` is its id. */
export interface Ref extends Position {
  readonly key: string | null;
  readonly hist: History | null;
}

/** How many hops a history may have before Python forgets all of it: it counts hists from the newest to the deepest and cuts at this one. */
export const PYTHON_MAX_HOPS = 100;

/** The refs of a history as a list: old data holds a single ref where a list belongs. */
export function toRefList(refs: unknown): readonly Ref[] {
  if (Array.isArray(refs)) return refs.filter(isObject) as unknown as readonly Ref[];
  return isObject(refs) ? [refs as unknown as Ref] : [];
}

/** A JSON object; neither null nor an array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Message layer: an output made of several messages, with all of their histories. */

import type { Ref } from './history.js';

/** An output that carries the history of all its parents, each parent once.
 *  Shape: parents consumed messages (or anything with refs), id, payload -> a plain object that every output place takes.
 *  @example producer.produce(derive([venue, event], event.id, merge(venue.payload, event.payload))) */
export function derive<U>(
  parents: readonly { readonly refs: readonly Ref[] }[],
  id: string | null,
  payload: U,
): { id: string | null; payload: U; refs: readonly Ref[] } {
  const byPosition = new Map<string, Ref>();
  for (const ref of parents.flatMap((parent) => parent.refs)) {
    const key = `${ref.topic}:${ref.partition}:${ref.offset}`;
    if (!byPosition.has(key)) byPosition.set(key, ref);
  }
  return { id, payload, refs: [...byPosition.values()] };
}

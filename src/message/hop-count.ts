/** Message layer: how many hops lie in a history, however its objects are shared or knotted. */
import { isObject, toRefList } from './history.js';

/** A counter that remembers: each distinct hist is counted once, so a web of shared objects takes linear time.
 *  Counts the hist itself, all below it, and what earlier cuts say they dropped; a cycle ends where it closes. */
export function countHops(): (hist: unknown) => number {
  const known = new Map<object, number>();
  return (hist) => (isObject(hist) ? countFrom(hist, known) : 0);
}

/** Post-order with its own stack: a history made in memory may be deeper than the call stack. */
function countFrom(root: object, known: Map<object, number>): number {
  const stack: object[] = [root];
  const open = new Set<object>();
  for (let hist = stack.at(-1); hist !== undefined; hist = stack.at(-1)) {
    const below = parentsOf(hist);
    if (known.has(hist)) {
      stack.pop();
    } else if (open.has(hist)) {
      stack.pop();
      open.delete(hist);
      known.set(hist, sum(hist, below, known));
    } else {
      open.add(hist);
      for (const next of below) if (!known.has(next) && !open.has(next)) stack.push(next);
    }
  }
  return known.get(root) ?? 0;
}

function sum(hist: { dropped?: unknown }, below: readonly object[], known: Map<object, number>): number {
  let hops = 1 + (typeof hist.dropped === 'number' && hist.dropped > 0 ? hist.dropped : 0);
  for (const next of below) hops += known.get(next) ?? 0;
  // A web of n shared hops may hold 2^n lines.
  return Math.min(hops, Number.MAX_SAFE_INTEGER);
}

function parentsOf(hist: { refs?: unknown }): object[] {
  return toRefList(hist.refs).flatMap(({ hist: below }) => (isObject(below) ? [below] : []));
}

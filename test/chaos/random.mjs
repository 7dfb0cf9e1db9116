/** Chaos: chance that comes again. The same seed draws the same numbers on every machine. */

/** @typedef {{ next: () => number, int: (from: number, to: number) => number, pick: <T>(list: readonly T[]) => T, shuffle: <T>(list: readonly T[]) => T[], isOneIn: (n: number) => boolean }} Random */

/** mulberry32: small, and good enough to mix faults.
 *  @param {number} seed @returns {Random} */
export function createRandom(seed) {
  let state = hash(`chaos ${seed}`);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (/** @type {number} */ from, /** @type {number} */ to) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    int,
    pick: (list) => /** @type {typeof list[number]} */ (list[int(0, list.length - 1)]),
    shuffle: (list) =>
      list
        .map((value) => ({ value, rank: next() }))
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ value }) => value),
    isOneIn: (n) => int(1, n) === 1,
  };
}

/** FNV-1a: a number for a text, for decisions that must not depend on how often anybody asked. @param {string} text */
export function hash(text) {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

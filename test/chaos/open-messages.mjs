/** Chaos: which acknowledged messages nobody has handled yet. Only to know when to stop waiting; whether all is well the checks decide. */

/** @typedef {import('./types.js').Line} Line */

export class OpenMessages {
  #acked = 0;
  #handled = 0;
  /** partitions that somebody was given @type {Set<string>} */
  #owned = new Set();
  /** acknowledged, not handled: by topic:partition the offsets @type {Map<string, Set<number>>} */
  #open = new Map();
  /** handled before the acknowledgement was written down @type {Set<string>} */
  #early = new Set();
  /** calls that run: what they have @type {Map<string, [string, number][]>} */
  #calls = new Map();

  /** @param {Line} line */
  take(line) {
    const call = `${line.m} ${line.i} ${line.call}`;
    if (line.k === 'acked')
      for (const [, tp, offset, kind] of /** @type {[string, string, number, string][]} */ (line.rows)) this.#add(tp, offset, kind);
    else if (line.k === 'begun') this.#calls.set(call, rowsOf(line));
    else if (line.k === 'handled') this.#end(call, line);
    else if (line.k === 'threw') this.#take(call);
    else if (line.k === 'dead') this.#close(/** @type {string} */ (line.tp), /** @type {number} */ (line.offset));
    else if (line.k === 'reset') this.#pass(line);
    else if (line.k === 'assigned') for (const [tp] of /** @type {[string, number][]} */ (line.ps)) this.#owned.add(tp);
    else if (line.k === 'recreated') this.#open.clear();
  }

  count() {
    let open = 0;
    for (const offsets of this.#open.values()) open += offsets.size;
    return { acked: this.#acked, handled: this.#handled, open, owned: this.#owned.size };
  }

  /** @param {string} tp @param {number} offset @param {string} kind */
  #add(tp, offset, kind) {
    if (kind !== 'message') return;
    this.#acked++;
    if (this.#early.delete(`${tp}:${offset}`)) return;
    const offsets = this.#open.get(tp) ?? new Set();
    this.#open.set(tp, offsets.add(offset));
  }

  /** @param {string} tp @param {number} offset */
  #close(tp, offset) {
    this.#handled++;
    if (this.#open.get(tp)?.delete(offset) !== true) this.#early.add(`${tp}:${offset}`);
  }

  /** What the handler reported as failed stays open. @param {string} call @param {Line} line */
  #end(call, line) {
    const failed = new Set(/** @type {string[] | undefined} */ (line.failed));
    for (const [tp, offset] of this.#take(call)) if (!failed.has(`${tp}:${offset}`)) this.#close(tp, offset);
  }

  /** @param {string} call */
  #take(call) {
    const rows = this.#calls.get(call) ?? [];
    this.#calls.delete(call);
    return rows;
  }

  /** A reset passes over what is not in the log any more. @param {Line} line */
  #pass(line) {
    if (line.reason !== 'out-of-range') return;
    const offsets = this.#open.get(/** @type {string} */ (line.tp)) ?? new Set();
    for (const offset of offsets) if (offset < /** @type {number} */ (line.to)) offsets.delete(offset);
  }
}

/** @param {Line} line @returns {[string, number][]} */
export function rowsOf(line) {
  const rows = /** @type {Record<string, [epoch: number, [number, string][]]>} */ (line.rows);
  return Object.entries(rows).flatMap(([tp, [, offsets]]) => offsets.map(([offset]) => /** @type {[string, number]} */ ([tp, offset])));
}

/** Counts what a group has committed, so that a run ends when the broker has confirmed everything, whichever way a client commits. */

export class Committed {
  /** @type {Map<number, number>} */
  #positions = new Map();
  requests = 0;

  /** One answer of the broker. @param {Iterable<readonly [partition: number, nextOffset: number]>} positions of partitions that begin at 0 */
  note(positions) {
    this.requests++;
    for (const [partition, offset] of positions) this.#positions.set(partition, Math.max(offset, this.#positions.get(partition) ?? 0));
  }

  /** Messages before the confirmed positions. */
  get total() {
    let total = 0;
    for (const offset of this.#positions.values()) total += offset;
    return total;
  }
}

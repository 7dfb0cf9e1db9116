/** Counts what a group has committed, so that a run ends when the broker has confirmed everything, whichever way a client commits. */

export class Committed {
  #messages;
  #onAll;
  /** @type {Map<number, number>} */
  #positions = new Map();
  #requests = 0;

  /** @param {number} messages in the topic, whose partitions begin at 0 @param {(requests: number) => void} onAll */
  constructor(messages, onAll) {
    this.#messages = messages;
    this.#onAll = onAll;
  }

  /** One answer of the broker. @param {Iterable<readonly [partition: number, nextOffset: number]>} positions */
  note(positions) {
    this.#requests++;
    for (const [partition, offset] of positions) this.#positions.set(partition, Math.max(offset, this.#positions.get(partition) ?? 0));
    let total = 0;
    for (const offset of this.#positions.values()) total += offset;
    if (total === this.#messages) this.#onAll(this.#requests);
  }
}

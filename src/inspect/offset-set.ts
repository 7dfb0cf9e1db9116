/** Inspecting, offsets that are remembered: one bit each, so that a hundred thousand cost a few kilobytes. */

const BITS = 1024;
const WORD = 32;

export class OffsetSet {
  // Sparse: what lies far apart does not cost what lies between.
  readonly #blocks = new Map<number, Uint32Array>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(offset: number): void {
    const block = Math.floor(offset / BITS);
    const words = this.#blocks.get(block) ?? new Uint32Array(BITS / WORD);
    this.#blocks.set(block, words);
    const bit = offset % BITS;
    const before = words[bit >>> 5] as number;
    const after = (before | (1 << (bit & 31))) >>> 0;
    if (after !== before) this.#size++;
    words[bit >>> 5] = after;
  }

  has(offset: number): boolean {
    const bit = offset % BITS;
    const word = this.#blocks.get(Math.floor(offset / BITS))?.[bit >>> 5] ?? 0;
    return ((word >>> (bit & 31)) & 1) === 1;
  }
}

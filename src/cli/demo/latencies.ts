/** Demo: many latencies in little memory: counted by the millisecond, which is as fine as the histories tell them. */

export class Latencies {
  readonly #counts = new Map<number, number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(ms: number): void {
    const whole = Math.round(ms);
    this.#counts.set(whole, (this.#counts.get(whole) ?? 0) + 1);
    this.#count += 1;
  }

  /** The smallest latency that `share` (0 to 1) of all do not exceed; null without any. Milliseconds. */
  quantile(share: number): number | null {
    let left = Math.ceil(share * this.#count);
    for (const [ms, count] of [...this.#counts].sort(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return ms;
    }
    return null;
  }
}

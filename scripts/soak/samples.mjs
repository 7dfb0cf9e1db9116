/** What a process holds at a moment, and what a row of such moments says: slopes, growth. */
import { readdirSync } from 'node:fs';

/** @typedef {object} Sample
 *  @property {number} atSeconds since the start
 *  @property {number} rssMb resident memory
 *  @property {number} heapMb the JavaScript heap in use
 *  @property {number} externalMb buffers outside of it
 *  @property {number} files open descriptors
 *  @property {number} threads */

const MB = 1e6;

/** Collects garbage first (`--expose-gc`), so that what is measured is held and not only not yet freed. @param {number} atSeconds @returns {Sample} */
export function takeSample(atSeconds) {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    atSeconds,
    rssMb: rss / MB,
    heapMb: heapUsed / MB,
    externalMb: external / MB,
    files: count('/proc/self/fd'),
    threads: count('/proc/self/task'),
  };
}

/** @param {string} folder */
function count(folder) {
  return readdirSync(folder).length;
}

/** The median of the slopes of all pairs (Theil and Sen): a single spike does not tilt it. Per hour.
 *  @param {readonly Sample[]} samples @param {(sample: Sample) => number} of */
export function slopePerHour(samples, of) {
  const slopes = samples.flatMap((a, index) => samples.slice(index + 1).map((b) => (of(b) - of(a)) / (b.atSeconds - a.atSeconds)));
  return median(slopes) * 3600;
}

/** By how much the last quarter's lowest count is above the first quarter's highest; 0 when it is not.
 *  @param {readonly Sample[]} samples @param {(sample: Sample) => number} of */
export function growth(samples, of) {
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  const [first, last] = [samples.slice(0, quarter), samples.slice(-quarter)];
  return Math.max(0, Math.min(...last.map(of)) - Math.max(...first.map(of)));
}

/** @param {readonly number[]} numbers */
function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

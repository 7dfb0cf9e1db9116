/** The bars: what a job's numbers must reach, each told as a line with its ratio and whether it is met. Ratios are of medians of one sitting. */
import { median } from './median.mjs';

/** @typedef {import('./run.mjs').Result} Result
 *  @typedef {(rows: readonly Result[], all: readonly Result[]) => string | undefined} Bar the line; undefined when a part of it did not run */

const OURS = 'ours';

/** @param {number} atLeast @returns {Bar} */
export const ratioToFastest = (atLeast) => (rows) => {
  const peers = rows.filter(({ engine }) => engine !== OURS);
  const fastest = peers.reduce((best, row) => (rateOfRow(row) > rateOfRow(best) ? row : best), /** @type {any} */ (peers[0]));
  return fastest === undefined ? undefined : ratioTo(fastest.engine, atLeast, ', the fastest peer')(rows, rows);
};

/** @param {string} peer @param {number} atLeast @param {string} [because] @param {string} [ours] @returns {Bar} */
export const ratioTo =
  (peer, atLeast, because = '', ours = OURS) =>
  (rows) => {
    const ratio = medianOf(rows, ours, 'rate') / medianOf(rows, peer, 'rate');
    return tell(`${ours} / ${peer}${because}: ${ratio.toFixed(2)} x`, `at least ${atLeast}`, ratio, ratio >= atLeast);
  };

/** @returns {Bar} */
export const lowestCpu = () => (rows) => {
  const ours = medianOf(rows, OURS, 'cpuUs');
  const best = Math.min(...rows.filter(({ engine }) => engine !== OURS).map((row) => medianOf([row], row.engine, 'cpuUs')));
  const ratio = ours / best;
  return Number.isFinite(ratio)
    ? tell(`process CPU a message, ours / the lowest of the peers: ${ratio.toFixed(2)} x`, 'below 1', ratio, ratio < 1)
    : undefined;
};

/** @param {number} atMost @returns {Bar} */
export const mainOverFloor = (atMost) => (rows, all) => {
  const ratio = medianOf(rows, OURS, 'mainUs') / medianOf(all, 'floor', 'mainUs');
  return tell(`our main thread over the JSON.parse floor: ${ratio.toFixed(2)} x`, `at most ${atMost}`, ratio, ratio <= atMost);
};

/** @param {string} engine @param {number} atLeast messages a second @returns {Bar} */
export const rateOf = (engine, atLeast) => (rows) => {
  const rate = medianOf(rows, engine, 'rate');
  return tell(`${engine}: ${(rate / 1000).toFixed(0)} k/s`, `at least ${atLeast / 1000} k/s`, rate, rate >= atLeast);
};

/** @param {string} engine @param {number} atMostMb @returns {Bar} */
export const peakMemory = (engine, atMostMb) => (rows) => {
  const peak = medianOf(rows, engine, 'peakMb');
  return tell(`${engine}: ${peak.toFixed(0)} MB`, `at most ${atMostMb} MB`, peak, peak <= atMostMb);
};

/** @param {'p50Ms' | 'p99Ms'} which @returns {Bar} */
export const latencyNotWorse = (which) => (rows) => {
  const of = (/** @type {Result} */ { samples }) => median(samples.map(({ notes }) => notes[which] ?? NaN));
  const ours = rows.find(({ engine }) => engine === OURS);
  const peers = rows.filter(({ engine, samples }) => engine !== OURS && samples.length > 0);
  if (ours === undefined || peers.length === 0) return undefined;
  const best = peers.reduce((least, row) => (of(row) < of(least) ? row : least));
  const ratio = of(ours) / of(best);
  return tell(`${which.slice(0, 3)} ours / ${best.engine}, the best peer: ${ratio.toFixed(2)} x`, 'at most 1', ratio, ratio <= 1);
};

/** @param {string} what @param {string} bar @param {number} value @param {boolean} isMet */
const tell = (what, bar, value, isMet) => (Number.isNaN(value) ? undefined : `- ${what} (bar: ${bar}): **${isMet ? 'met' : 'NOT met'}**`);

/** @param {Result} row */
const rateOfRow = (row) => medianOf([row], row.engine, 'rate');

/** @param {readonly Result[]} rows @param {string} engine @param {'rate' | 'mainUs' | 'cpuUs' | 'peakMb'} field NaN when it did not run */
const medianOf = (rows, engine, field) => median((rows.find((row) => row.engine === engine)?.samples ?? []).map((sample) => sample[field]));

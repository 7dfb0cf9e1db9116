/** What a soak's samples say: the table, and everything that is wrong. */
import { growth, slopePerHour } from './samples.mjs';

/** @typedef {import('./samples.mjs').Sample} Sample */
/** @typedef {{ produced: number, handled: number, retried: number, parked: number, unreadable: number, forwarded: number }} Counts */

/** Caches, pools and the compiler fill up first. */
const WARM_UP_SHARE = 0.25;

const MEMORY = /** @type {const} */ ([
  ['resident memory', 'rssMb'],
  ['JavaScript heap', 'heapMb'],
  ['external memory', 'externalMb'],
]);
const HELD = /** @type {const} */ ([
  ['open descriptors', 'files'],
  ['threads', 'threads'],
]);

/** @param {{ samples: readonly Sample[], counts: Counts | undefined, exitCode: number, maxSlope: number }} run maxSlope: MB an hour
 *  @returns {{ table: string, faults: string[] }} */
export function judgeSoak({ samples, counts, exitCode, maxSlope }) {
  const warm = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const faults = exitCode === 0 ? [] : [`the workload ended with ${exitCode}`];
  const rows = [['', 'start', 'warm', 'end', 'highest', 'slope after warm-up']];
  for (const [name, key] of MEMORY) {
    const slope = slopePerHour(warm, (sample) => sample[key]);
    rows.push([name, ...spots(samples, warm, key, ' MB'), `${slope.toFixed(1)} MB/h`]);
    if (slope > maxSlope) faults.push(`${name} rises by ${slope.toFixed(1)} MB an hour, allowed are ${maxSlope}`);
  }
  for (const [name, key] of HELD) {
    const grown = growth(warm, (sample) => sample[key]);
    rows.push([name, ...spots(samples, warm, key, ''), grown === 0 ? 'none' : `grew by ${grown}`]);
    if (grown > 0) faults.push(`${name} grew by ${grown}`);
  }
  if (counts !== undefined) faults.push(...findMissing(counts));
  return { table: `${toTable(rows)}\n${counts === undefined ? 'no counts' : toText(counts)}`, faults };
}

/** Unreadable records are parked, too. @param {Counts} counts */
function findMissing(counts) {
  const ended = counts.handled + counts.parked;
  return ended === counts.produced ? [] : [`${counts.produced} messages were produced, ${ended} handled or parked`];
}

/** @param {Counts} counts */
function toText(counts) {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

/** @param {readonly Sample[]} samples @param {readonly Sample[]} warm @param {Exclude<keyof Sample, 'atSeconds'>} key @param {string} unit */
function spots(samples, warm, key, unit) {
  const highest = Math.max(...samples.map((sample) => sample[key]));
  return [samples[0]?.[key], warm[0]?.[key], samples.at(-1)?.[key], highest].map(
    (value) => `${(value ?? 0).toFixed(unit === '' ? 0 : 1)}${unit}`,
  );
}

/** @param {readonly (readonly string[])[]} rows */
function toTable(rows) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  '),
    )
    .join('\n');
}

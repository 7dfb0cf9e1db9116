/** What the numbers say: medians with their range, ratios beside their bars, for the terminal and for docs/benchmarks.md. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../scripts/setup/paths.mjs';
import { PARTITIONS } from './broker.mjs';
import { JOBS } from './jobs.mjs';
import { median } from './median.mjs';
import { PYTHON_CLIENT, versionOf } from './peers.mjs';

const FILE = 'docs/benchmarks.md';
/** What people wrote below this line stays. */
const BY_HAND = '<!-- Below this line: written by hand, kept by npm run bench. -->';

/** @typedef {import('./run.mjs').Result} Result
 *  @typedef {{ runs: number, startedAt: Date, load: number, kafka: string, missing: ReadonlyMap<string, string> }} Facts
 *  load: processes that wanted a core in the minute before; missing: engines that could not run, with the reason */

/** @param {readonly Result[]} results @returns {{ title: string, text: string }[]} one table per job, with its bars */
export function toTables(results) {
  return JOBS.map((job) => ({ job, rows: results.filter((result) => result.job === job && result.samples.length > 0) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ job, rows }) => {
      const bars = job.bars.map((bar) => bar(rows, results)).filter((line) => line !== undefined);
      return { title: job.title, text: [toTable(job, rows), ...(bars.length > 0 ? ['', ...bars] : [])].join('\n') };
    });
}

/** @typedef {[title: string, toCell: (samples: Result['samples']) => string]} Column */

/** @type {readonly Column[]} */
const THROUGHPUT = [
  ['msg/s', (samples) => spread(samples, ({ rate }) => rate / 1000, 1, ' k')],
  ['process CPU us/msg', (samples) => spread(samples, ({ cpuUs }) => cpuUs, 1)],
  ['main thread us/msg', (samples) => spread(samples, ({ mainUs }) => mainUs, 2)],
  ['peak RSS MB', (samples) => spread(samples, ({ peakMb }) => peakMb, 0)],
  ['a run', (samples) => notes(samples)],
];

/** @type {readonly Column[]} */
const LATENCY = [
  ['p50 ms', (samples) => spread(samples, ({ notes: { p50Ms = NaN } }) => p50Ms, 2)],
  ['p99 ms', (samples) => spread(samples, ({ notes: { p99Ms = NaN } }) => p99Ms, 2)],
  ['process CPU us/msg', (samples) => spread(samples, ({ cpuUs }) => cpuUs, 0)],
];

/** @param {import('./jobs.mjs').Job} job @param {readonly Result[]} rows */
function toTable(job, rows) {
  const columns = job.verb === 'latency' ? LATENCY : THROUGHPUT;
  const head = ['engine', ...columns.map(([title]) => title)];
  const lines = rows.map(({ engine, samples }) => [engine, ...columns.map(([, toCell]) => toCell(samples))]);
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)));
  const toLine = (/** @type {readonly string[]} */ cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [toLine(head), toLine(widths.map((width) => '-'.repeat(width))), ...lines.map(toLine)].join('\n');
}

/** `84.1 k [79.0..88.3]` @param {Result['samples']} samples @param {(sample: Result['samples'][number]) => number} pick @param {number} digits
 *  @param {string} [unit] */
function spread(samples, pick, digits, unit = '') {
  const values = samples.map(pick);
  return `${median(values).toFixed(digits)}${unit} [${Math.min(...values).toFixed(digits)}..${Math.max(...values).toFixed(digits)}]`;
}

/** The median of each count that an engine gave, e.g. `200 batches, 131 commits`. @param {Result['samples']} samples */
const notes = (samples) =>
  Object.keys(samples[0]?.notes ?? {})
    .map((name) => `${Math.round(median(samples.map((sample) => sample.notes[name] ?? 0)))} ${name}`)
    .join(', ');

/** Writes docs/benchmarks.md anew; what was added by hand stays.
 *  @param {readonly Result[]} results @param {Facts} facts @returns {string} the file's name */
export function writeReport(results, facts) {
  const path = join(ROOT, FILE);
  const old = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const kept = old.includes(BY_HAND) ? old.slice(old.indexOf(BY_HAND)) : `${BY_HAND}\n`;
  const tables = toTables(results).map(({ title, text }) => `## ${title}\n\n${text}\n`);
  writeFileSync(path, [`# Benchmarks\n\n${toMethod(facts)}\n`, ...tables, kept].join('\n'));
  return FILE;
}

/** @param {Facts} facts */
function toMethod({ runs, startedAt, load, kafka, missing }) {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  const left = [...missing].map(([engine, reason]) => `\n- Not measured: ${engine}, since ${reason}.`).join('');
  return `Written by \`npm run bench\` on ${startedAt.toISOString().slice(0, 10)}. Compare only within one table: other work on the machine moves every number.

- Machine: ${cpus().length} cores (${processor}), ${Math.round(totalmem() / 1e9)} GB, Linux ${release()}. Clients and broker share the cores.
- Other work: ${load.toFixed(1)} processes wanted a core on average in the minute before the start${load > 1 ? ': a noisy sitting, only ratios count' : ''}.
- Versions: Node ${process.versions.node}, Kafka ${kafka}, kafkajs ${versionOf('kafkajs')} with snappy ${versionOf('snappy')}, @platformatic/kafka ${versionOf('@platformatic/kafka')} (the newest
  for this Node), @confluentinc/kafka-javascript ${versionOf('@confluentinc/kafka-javascript')}, Python's ${PYTHON_CLIENT}.
- One real broker, ${PARTITIONS} partitions, snappy, acks all. Values are JSON envelopes of 1.37 KB, each with one letter that is not ASCII (É); those
  of the small job have 150 bytes.
- Every run is a process of its own; the engines of a job take turns; ${runs} runs each (histories, memory and latency 3, scale 2), after one
  round that is not counted. A run waits until the broker rests (20 s at most): its JVM compiles for seconds after a topic was filled, on a core that the client needs.
  Cells are median [lowest..highest].
- CPU is user and system time while the clock runs; "main thread" is that of JavaScript alone, from \`/proc/self/task/PID/schedstat\`.
- Consuming: the clock starts at the first batch and stops when the broker has confirmed the commit of the last message. Each run checks that exactly
  the topic's messages were handled. Ours is \`Consumer.process\` with its defaults (batches of 500, up to 4 uncommitted) and also decodes every key.
  kafkajs is \`eachBatch\` with its default autoCommit, one commit after each of its batches, which are what a fetch brought from a partition. How each
  peer is set up is the first comment of its file in bench/engines.
- Producing: the clock starts after connecting and one warm-up batch. Every engine makes the envelope and its JSON inside the clock.${left}`;
}

/** What the numbers say: medians with their range, ratios beside their bars, for the terminal and for docs/benchmarks.md. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../scripts/setup/paths.mjs';
import { PARTITIONS } from './broker.mjs';
import { JOBS } from './jobs.mjs';
import { versionOf } from './peers.mjs';

const FILE = 'docs/benchmarks.md';
/** What people wrote below this line stays. */
const BY_HAND = '<!-- Below this line: written by hand, kept by npm run bench. -->';

/** @typedef {import('./run.mjs').Result} Result
 *  @typedef {{ runs: number, startedAt: Date, load: number, kafka: string }} Facts load: processes that wanted a core in the minute before */

/** @param {readonly Result[]} results @returns {{ title: string, text: string }[]} one table per job, with its ratios */
export function toTables(results) {
  return JOBS.map((job) => ({ job, rows: results.filter((result) => result.job === job) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ job, rows }) => ({ title: job.title, text: [toTable(rows), ...toRatios(job, rows, results)].join('\n') }));
}

/** @param {readonly Result[]} rows */
function toTable(rows) {
  const head = ['engine', 'msg/s', 'process CPU us/msg', 'main thread us/msg', 'peak RSS MB', 'a run'];
  const lines = rows.map(({ engine, samples }) => [
    engine,
    spread(
      samples.map((sample) => sample.rate / 1000),
      1,
      ' k',
    ),
    spread(
      samples.map((sample) => sample.cpuUs),
      1,
    ),
    spread(
      samples.map((sample) => sample.mainUs),
      2,
    ),
    spread(
      samples.map((sample) => sample.peakMb),
      0,
    ),
    notes(samples),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)));
  const toLine = (/** @type {readonly string[]} */ cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [toLine(head), toLine(widths.map((width) => '-'.repeat(width))), ...lines.map(toLine)].join('\n');
}

/** @param {import('./jobs.mjs').Job} job @param {readonly Result[]} rows @param {readonly Result[]} all @returns {string[]} */
function toRatios(job, rows, all) {
  const lines = [];
  if (job.bar !== undefined) {
    const { of, over, atLeast } = job.bar;
    const ratio = medianOf(rows, of, 'rate') / medianOf(rows, over, 'rate');
    if (!Number.isNaN(ratio)) {
      lines.push('', `**${of} / ${over}: ${ratio.toFixed(2)} x** (bar ${atLeast}: ${ratio >= atLeast ? 'met' : 'NOT met'}).`);
    }
  }
  const floor = medianOf(all, 'floor', 'mainUs');
  if (job.verb === 'consume' && !Number.isNaN(floor)) {
    const ratios = rows.map(({ engine }) => `${engine} ${(medianOf(rows, engine, 'mainUs') / floor).toFixed(2)} x`);
    lines.push('', `Main thread over the JSON.parse floor: ${ratios.join(', ')}.`);
  }
  return lines;
}

/** @param {readonly Result[]} rows @param {string} engine @param {'rate' | 'mainUs'} field NaN when it did not run */
const medianOf = (rows, engine, field) => median((rows.find((row) => row.engine === engine)?.samples ?? []).map((sample) => sample[field]));

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? (sorted[Math.floor(middle)] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** `84.1 k [79.0..88.3]` @param {readonly number[]} values @param {number} digits @param {string} [unit] */
const spread = (values, digits, unit = '') =>
  `${median(values).toFixed(digits)}${unit} [${Math.min(...values).toFixed(digits)}..${Math.max(...values).toFixed(digits)}]`;

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
function toMethod({ runs, startedAt, load, kafka }) {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `Written by \`npm run bench\` on ${startedAt.toISOString().slice(0, 10)}. Compare only within one table: other work on the machine moves every number.

- Machine: ${cpus().length} cores (${processor}), ${Math.round(totalmem() / 1e9)} GB, Linux ${release()}. Clients and broker share the cores.
- Other work: ${load.toFixed(1)} processes wanted a core on average in the minute before the start${load > 1 ? ': a noisy sitting, only ratios count' : ''}.
- Versions: Node ${process.versions.node}, Kafka ${kafka}, kafkajs ${versionOf('kafkajs')} with snappy ${versionOf('snappy')}.
- One real broker, ${PARTITIONS} partitions, snappy, acks all. Values are JSON envelopes of 1.37 KB, each with one letter that is not ASCII (É).
- Every run is a process of its own; the engines of a job take turns; ${runs} runs each after one that is not counted. Cells are median [lowest..highest].
- CPU is user and system time while the clock runs; "main thread" is that of JavaScript alone, from \`/proc/self/task/PID/schedstat\`.
- Consuming: the clock starts at the first batch and stops when the broker has confirmed the commit of the last message. Each run checks that exactly
  the topic's messages were handled. Ours is \`Consumer.process\` with its defaults (batches of 500, up to 4 uncommitted) and also decodes every key.
  kafkajs is \`eachBatch\` with its default autoCommit, one commit after each of its batches, which are what a fetch brought from a partition.
- Producing: the clock starts after connecting and one warm-up batch. Every engine makes the envelope and its JSON inside the clock.`;
}

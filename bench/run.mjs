/** `npm run bench`: our public API beside its peers on a real Kafka; prints a table per job and writes docs/benchmarks.md.
 *  --runs N (default 5)  --messages N (instead of each job's own number)  --only JOB or ENGINE, several with commas
 *  A run that is not the whole (fewer runs, other numbers, some engines) prints only. */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { runMain, SetupError } from '../scripts/setup/report.mjs';
import { startBroker } from './broker.mjs';
import { ENGINES, JOBS } from './jobs.mjs';
import { installPeers } from './peers.mjs';
import { toTables, writeReport } from './report.mjs';
import { runEngine } from './run-engine.mjs';

const FULL_RUNS = 5;

/** @typedef {import('./jobs.mjs').Job} Job
 *  @typedef {{ job: Job, engine: string }} Cell
 *  @typedef {Cell & { samples: import('./meter.mjs').Sample[] }} Result */

await runMain(async () => {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: String(FULL_RUNS) }, messages: { type: 'string' }, only: { type: 'string', default: '' } },
  });
  const runs = toCount('--runs', values.runs);
  const messages = values.messages === undefined ? undefined : toCount('--messages', values.messages);
  const chosen = choose(values.only.split(',').filter(Boolean));
  const start = { startedAt: new Date(), load: loadavg()[0] ?? 0 };
  const missing = await installPeers([...new Set(chosen.map(({ engine }) => engine))]);
  for (const [engine, reason] of missing) process.stderr.write(`left out: ${engine}: ${reason}\n`);
  const cells = chosen.filter(({ engine }) => !missing.has(engine));
  /** @type {Result[]} */
  const results = [];
  let kafka = '';
  for (const kind of /** @type {const} */ (['plain', 'patient'])) {
    const ofKind = cells.filter(({ job }) => job.broker === kind);
    if (ofKind.length === 0) continue;
    const broker = await startBroker(kind);
    kafka = broker.version;
    try {
      results.push(...(await measure(ofKind, { runs, messages, broker })));
    } finally {
      await broker.stop();
    }
  }
  for (const table of toTables(results)) process.stdout.write(`\n${table.title}\n${table.text}\n`);
  const isWhole = runs >= FULL_RUNS && messages === undefined && values.only === '';
  if (isWhole) process.stdout.write(`\nwritten: ${writeReport(results, { runs, ...start, kafka, missing })}\n`);
});

/** Every run of a job takes each engine once, beginning with another one each time, so that what else the machine does hits all alike. The first
 *  round warms the broker's JVM and is not counted. An engine that fails is told and left out from then on: one peer's fault must not cost a sitting.
 *  @param {readonly Cell[]} cells
 *  @param {{ runs: number, messages: number | undefined, broker: import('./broker.mjs').BenchBroker }} options
 *  @returns {Promise<Result[]>} */
async function measure(cells, { runs, messages, broker }) {
  const results = cells.map((cell) => ({ ...cell, samples: /** @type {import('./meter.mjs').Sample[]} */ ([]) }));
  /** @type {Set<Result>} */
  const failed = new Set();
  const jobs = JOBS.filter((job) => cells.some((cell) => cell.job === job));
  const warming = jobs.some(({ warmsUp }) => warmsUp) ? jobs.filter(({ warmsUp }) => warmsUp) : jobs.slice(0, 1);
  for (let run = 0; run <= runs; run++) {
    for (const job of run === 0 ? warming : jobs.filter(({ mostRuns }) => run <= mostRuns)) {
      const entries = results.filter((result) => result.job === job && !failed.has(result));
      for (let turn = 0; turn < entries.length; turn++) {
        const entry = entries[(turn + run) % entries.length];
        if (entry === undefined) continue;
        try {
          const sample = await runEngine(entry, { broker, messages: messages ?? job.messages });
          if (run > 0) entry.samples.push(sample);
          process.stderr.write(`${run === 0 ? 'warm-up' : `run ${run} of ${runs}`}: ${job.name} ${entry.engine}: ${toShort(sample)}\n`);
        } catch (error) {
          if (entry.engine.startsWith('ours')) throw error;
          failed.add(entry);
          process.stderr.write(`left out from here on: ${job.name} ${entry.engine}: ${String(error)}\n`);
        }
      }
    }
  }
  return results;
}

/** @param {import('./meter.mjs').Sample} sample */
function toShort({ rate, notes: { p50Ms, p99Ms } }) {
  return p50Ms === undefined ? `${rate} msg/s` : `p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms?.toFixed(2)} ms`;
}

/** @param {readonly string[]} only names of jobs and engines; none = all @returns {Cell[]} */
function choose(only) {
  const names = [...JOBS.map(({ name }) => name), ...ENGINES];
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new SetupError(`--only knows ${names.join(', ')}; got ${unknown.join(', ')}`);
  const isChosen = (/** @type {string} */ name, /** @type {readonly string[]} */ among) =>
    only.every((word) => !among.includes(word)) || only.includes(name);
  const jobs = JOBS.filter(({ name }) => isChosen(name, names.slice(0, JOBS.length)));
  return jobs.flatMap((job) => job.engines.filter((engine) => isChosen(engine, ENGINES)).map((engine) => ({ job, engine })));
}

/** @param {string} flag @param {string} text */
function toCount(flag, text) {
  if (!/^[1-9]\d*$/.test(text)) throw new SetupError(`${flag} is a number from 1; got ${text}`);
  return Number(text);
}

/** One run: a topic, a worker process (several where a group is shared), its sample; what it read is checked, because a fast client that skips
 *  messages is not fast. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runtimeOf } from './nodes.mjs';
import { rankSumOf } from './payload.mjs';
import { eventsFile, pythonCommand } from './peers.mjs';

const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url));
const DEADLINE_MS = 90_000;

let runs = 0;

/** @param {import('./run.mjs').Cell} cell
 *  @param {{ broker: import('./broker.mjs').BenchBroker, messages: number }} options
 *  @returns {Promise<import('./meter.mjs').Sample>} */
export async function runEngine({ job, engine }, { broker, messages }) {
  const { verb, batchSize, inFlight, holdMs, max, processes, hops, keys, isSmall } = job;
  const writes = verb === 'produce' || verb === 'latency';
  const topic = writes ? await broker.freshTopic() : await broker.filledTopic(messages, { hops, keys, isSmall });
  await broker.quiet();
  const facts = {
    ...{ bootstrapServers: broker.bootstrapServers, topic, groupId: `bench-${++runs}`, eventsFile },
    ...{ messages, batchSize, inFlight, holdMs, max, shared: processes > 1 },
  };
  const sample = processes > 1 ? await runShared(engine, verb, { facts, processes }) : await startWorker(engine, verb, facts).sample;
  if (writes) await broker.dropTopic(topic);
  else if (verb !== 'raw' && sample.rankSum !== expectedRankSum(messages)) {
    throw new Error(`${job.name} ${engine}: did not handle exactly what is in the topic`);
  }
  return sample;
}

/** Several processes of one group: the clock runs from the first one's first batch until together they have committed everything.
 *  @param {string} engine @param {string} verb @param {{ facts: { messages: number }, processes: number }} options
 *  @returns {Promise<import('./meter.mjs').Sample>} */
async function runShared(engine, verb, { facts, processes }) {
  const { messages } = facts;
  const workers = Array.from({ length: processes }, () => startWorker(engine, verb, facts));
  const totals = workers.map(() => 0);
  const seconds = await new Promise((resolve, reject) => {
    let beganMs = 0;
    workers.forEach(({ child, sample }, i) => {
      sample.catch(reject);
      child.on('message', (/** @type {{ began?: true, committed?: number }} */ told) => {
        if (told.began === true && beganMs === 0) beganMs = performance.now();
        totals[i] = told.committed ?? totals[i] ?? 0;
        if (totals.reduce((a, b) => a + b, 0) === messages) resolve((performance.now() - beganMs) / 1000);
      });
    });
  });
  for (const { child } of workers) child.send('stop');
  const samples = (await Promise.all(workers.map(({ sample }) => sample))).map((sample, i) => ({
    sample,
    share: (totals[i] ?? 0) / messages,
  }));
  const weigh = (/** @type {'cpuUs' | 'mainUs'} */ field) =>
    samples.reduce((sum, { sample, share }) => sum + (share > 0 ? sample[field] * share : 0), 0);
  return {
    ...{ rate: Math.round(messages / seconds), cpuUs: weigh('cpuUs'), mainUs: weigh('mainUs') },
    peakMb: Math.max(...samples.map(({ sample }) => sample.peakMb)),
    rankSum: samples.reduce((sum, { sample }) => sum + sample.rankSum, 0),
    notes: { '% for the busiest': Math.round(100 * Math.max(...samples.map(({ share }) => share))) },
  };
}

/** @param {string} engine @param {string} verb @param {object} facts */
function startWorker(engine, verb, facts) {
  const script = fileURLToPath(new URL(`engines/${engine}.py`, import.meta.url));
  const { file, node } = runtimeOf(engine);
  const [command, args] = existsSync(script)
    ? [pythonCommand(), [script, verb, JSON.stringify(facts)]]
    : [node, [...workerFlags(engine, verb), WORKER, file, verb, JSON.stringify(facts)]];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], timeout: DEADLINE_MS, killSignal: 'SIGKILL' });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const sample = ended.then((code) => {
    if (code !== 0) throw new Error(`${engine} ${verb} ended with ${code}: ${output}`);
    return JSON.parse(output.trim().split('\n').at(-1) ?? '');
  });
  return { child, sample };
}

/** BENCH_PROFILE=folder leaves a CPU profile of every run there; such runs are not for comparing. @param {string} engine @param {string} verb */
function workerFlags(engine, verb) {
  const folder = process.env.BENCH_PROFILE;
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${engine}-${verb}-${runs}.cpuprofile`];
}

/** @type {Map<number, number>} */
const rankSums = new Map();

/** @param {number} messages */
function expectedRankSum(messages) {
  const sum = rankSums.get(messages) ?? rankSumOf(messages);
  rankSums.set(messages, sum);
  return sum;
}

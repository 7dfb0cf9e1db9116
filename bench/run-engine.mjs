/** One run: a topic, a worker process, its sample; what it read is checked, because a fast client that skips messages is not fast. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { toEvent } from './payload.mjs';

const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url));
const DEADLINE_MS = 120_000;

let runs = 0;

/** @param {import('./run.mjs').Cell} cell
 *  @param {{ broker: import('./broker.mjs').BenchBroker, messages: number }} options
 *  @returns {Promise<import('./meter.mjs').Sample & { version: string }>} */
export async function runEngine({ job, engine }, { broker, messages }) {
  const { verb, batchSize, inFlight } = job;
  const topic = verb === 'produce' ? await broker.freshTopic() : await broker.filledTopic(messages);
  const groupId = `bench-${++runs}`;
  const sample = await runWorker(engine, verb, {
    bootstrapServers: broker.bootstrapServers,
    topic,
    groupId,
    messages,
    batchSize,
    inFlight,
  });
  if (verb === 'produce') await broker.dropTopic(topic);
  else if (sample.rankSum !== rankSumOf(messages)) throw new Error(`${job.name} ${engine}: did not handle exactly what is in the topic`);
  return sample;
}

/** @param {string} engine @param {string} verb @param {object} settings */
async function runWorker(engine, verb, settings) {
  const child = spawn(process.execPath, [...workerFlags(engine, verb), WORKER, engine, verb, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${engine} ${verb} ended with ${code}: ${output}`);
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}

/** BENCH_PROFILE=folder leaves a CPU profile of every run there; such runs are not for comparing. @param {string} engine @param {string} verb */
function workerFlags(engine, verb) {
  const folder = process.env.BENCH_PROFILE;
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${engine}-${verb}-${runs}.cpuprofile`];
}

/** @type {Map<number, number>} */
const rankSums = new Map();

/** @param {number} messages */
function rankSumOf(messages) {
  const known = rankSums.get(messages);
  if (known !== undefined) return known;
  let sum = 0;
  for (let n = 0; n < messages; n++) sum += toEvent(n).rank;
  rankSums.set(messages, sum);
  return sum;
}

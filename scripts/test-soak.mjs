/** `npm run test:soak -- --minutes 20 --rate 2000 --max-slope 30`: a producer and a service with retries and dead letters at a steady rate on a real
 *  Kafka. Prints one table; fails when memory rises faster than --max-slope (MB an hour, after the warm-up), when descriptors or threads grow, or
 *  when a message is missing. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { startKafka } from './kafka/cluster.mjs';
import { ROOT } from './setup/paths.mjs';
import { runMain, SetupError } from './setup/report.mjs';
import { KAFKA_TOOLS, missingTools } from './setup/tools.mjs';
import { setUp } from './setup.mjs';
import { judgeSoak } from './soak/verdict.mjs';

/** @typedef {import('./soak/samples.mjs').Sample} Sample */
/** @typedef {import('./soak/verdict.mjs').Counts} Counts */

/** What was written is dropped soon: a long run must not fill the disk. */
const RETENTION = { 'log.retention.bytes': '100000000', 'log.segment.bytes': '20000000', 'log.retention.check.interval.ms': '5000' };
const SAMPLES = 120;
const MIN_SAMPLE_SECONDS = 2;

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '20' },
      rate: { type: 'string', default: '2000' },
      'max-slope': { type: 'string', default: '30' },
    },
  });
  const [minutes, rate, maxSlope] = [values.minutes, values.rate, values['max-slope']].map(Number);
  if (!minutes || !rate || !maxSlope) throw new SetupError('--minutes, --rate and --max-slope are numbers above 0');
  const missing = missingTools(KAFKA_TOOLS);
  if (missing.length > 0) throw new SetupError(missing.join('\n'));
  await setUp();
  const kafka = await startKafka({ properties: RETENTION });
  try {
    const sampleSeconds = Math.max(MIN_SAMPLE_SECONDS, (minutes * 60) / SAMPLES);
    const run = await runWorkload({ bootstrapServers: kafka.bootstrapServers, rate, seconds: minutes * 60, sampleSeconds });
    const { table, faults } = judgeSoak({ ...run, maxSlope });
    process.stdout.write(
      `${table}\n${faults.length === 0 ? 'soak: flat, nothing missing' : faults.map((fault) => `soak: FAILED: ${fault}`).join('\n')}\n`,
    );
    return faults.length === 0 ? 0 : 1;
  } finally {
    await kafka.stop();
  }
});

/** @param {import('./soak/workload.mjs').Settings} settings
 *  @returns {Promise<{ samples: Sample[], counts: Counts | undefined, exitCode: number }>} counts: undefined when it did not end well */
async function runWorkload(settings) {
  const child = spawn(process.execPath, ['--expose-gc', 'scripts/soak/workload.mjs', JSON.stringify(settings)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const stop = () => void child.kill();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  /** @type {Sample[]} */
  const samples = [];
  /** @type {{ counts?: Counts }} */
  let last = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line);
    if (said.end) last = said;
    else samples.push(said);
    if (samples.length % 12 === 1 && !said.end) tell(said);
  }
  process.off('SIGINT', stop).off('SIGTERM', stop);
  return { samples, counts: last.counts, exitCode: (await ended) ?? 1 };
}

/** @param {Sample & { counts: Counts }} sample */
function tell({ atSeconds, rssMb, heapMb, counts }) {
  process.stdout.write(
    `soak: ${atSeconds.toFixed(0)} s: ${rssMb.toFixed(0)} MB resident, ${heapMb.toFixed(1)} MB heap, ${JSON.stringify(counts)}\n`,
  );
}

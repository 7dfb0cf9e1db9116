/** Waits until the broker rests: after a topic is filled, or a new kind of load, its JVM compiles for seconds, on a core that the measured client needs. */
import { readFileSync } from 'node:fs';
import { setTimeout as pass } from 'node:timers/promises';

const SAMPLE_MS = 400;
/** of one core */
const RESTS_BELOW = 0.1;
const PATIENCE_MS = 20_000;
/** of /proc's clock, on every Linux that Node runs on */
const TICKS_PER_S = 100;
/** utime and stime, counted behind the command's closing bracket */
const [USER, SYSTEM] = [11, 12];

/** Resolves when the process has used less than a tenth of a core for 0.4 s, or after 20 s; at once where it is not Linux. @param {number} pid */
export async function whenQuiet(pid) {
  if (process.platform !== 'linux') return;
  const endMs = performance.now() + PATIENCE_MS;
  while (performance.now() < endMs) {
    const before = cpuSeconds(pid);
    await pass(SAMPLE_MS);
    if (((cpuSeconds(pid) - before) * 1000) / SAMPLE_MS < RESTS_BELOW) return;
  }
}

/** @param {number} pid */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[USER]) + Number(fields[SYSTEM])) / TICKS_PER_S;
}

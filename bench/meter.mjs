/** What a run costs: wall time, CPU of the whole process and of the main thread alone, peak memory. Linux only: it reads /proc. */
import { readFileSync, writeFileSync } from 'node:fs';

/** @typedef {object} Sample
 *  @property {number} rate messages a second
 *  @property {number} cpuUs process CPU, user and system, microseconds a message
 *  @property {number} mainUs CPU of the main thread, microseconds a message
 *  @property {number} peakMb highest resident memory while the clock ran, MB of 10^6 bytes
 *  @property {number} rankSum of the messages handled, to be checked
 *  @property {Record<string, number>} notes what else the engine counted */

export class Meter {
  #startedMs = 0;
  #cpu = process.cpuUsage();
  #mainUs = 0;

  get isRunning() {
    return this.#startedMs > 0;
  }

  /** Starts the clock; only the first call counts. */
  start() {
    if (this.isRunning) return;
    writeFileSync('/proc/self/clear_refs', '5'); // the peak of resident memory begins here
    this.#cpu = process.cpuUsage();
    this.#mainUs = mainThreadUs();
    this.#startedMs = performance.now();
  }

  /** @param {number} messages @param {number} rankSum @param {Record<string, number>} [notes] @returns {Sample} */
  stop(messages, rankSum, notes = {}) {
    const seconds = (performance.now() - this.#startedMs) / 1000;
    const mainUs = mainThreadUs() - this.#mainUs;
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      rate: Math.round(messages / seconds),
      cpuUs: (user + system) / messages,
      mainUs: mainUs / messages,
      peakMb: peakMb(),
      rankSum,
      notes,
    };
  }
}

/** The main thread's time on a core: its first number in nanoseconds. */
function mainThreadUs() {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1000;
}

function peakMb() {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return (Number(kib) * 1024) / 1e6;
}

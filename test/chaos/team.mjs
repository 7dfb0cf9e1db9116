/** Chaos: the producers and consumers of a seed as processes: started, told, frozen, killed, and counted when they end. */
import { fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess
 *  @typedef {{ code: number | null, signal: string | null }} End
 *  @typedef {object} Process
 *  @property {string} name
 *  @property {number} incarnation from 0
 *  @property {ChildProcess} child
 *  @property {Promise<End>} ended */

export class Team {
  #options;
  /** the newest process of each name @type {Map<string, Process>} */
  #current = new Map();
  /** @type {Map<string, number>} */
  #incarnations = new Map();

  /** @param {{ log: string, note: import('./ledger.mjs').Write, watch: (word: 'watch' | 'forget', pid: number) => void }} options
   *  log: where the processes print; note: the runner's lines of the ledger */
  constructor(options) {
    this.#options = options;
  }

  /** Starts a process, or the next one of that name. `task` must be JSON.
   *  @param {string} name @param {string} program file beside this one @param {Readonly<Record<string, unknown>>} task */
  start(name, program, task) {
    const { log, watch } = this.#options;
    const incarnation = (this.#incarnations.get(name) ?? -1) + 1;
    this.#incarnations.set(name, incarnation);
    const file = openSync(log, 'a');
    const child = fork(fileURLToPath(new URL(program, import.meta.url)), [JSON.stringify({ ...task, m: name, i: incarnation })], {
      stdio: ['ignore', file, file, 'ipc'],
    });
    closeSync(file);
    const { pid } = child;
    if (pid === undefined) throw new Error(`${program} could not be started`);
    watch('watch', pid);
    const ended = new Promise((/** @type {(end: End) => void} */ resolve) =>
      child.once('exit', (code, signal) => {
        watch('forget', pid);
        this.#options.note('exit', { who: name, of: incarnation, code, signal });
        resolve({ code, signal });
      }),
    );
    const process = { name, incarnation, child, ended };
    this.#current.set(name, process);
    return process;
  }

  /** The running process of that name. @param {string} name */
  get(name) {
    const process = this.#current.get(name);
    return process !== undefined && isRunning(process) ? process : undefined;
  }

  /** How often a process of that name was started. @param {string} name */
  startsOf(name) {
    return (this.#incarnations.get(name) ?? -1) + 1;
  }

  get running() {
    return [...this.#current.values()].filter(isRunning);
  }

  /** Tells a process to do something with its next call. @param {string} name @param {Readonly<Record<string, unknown>>} message */
  tell(name, message) {
    const child = this.get(name)?.child;
    if (child?.connected === true) child.send(message);
  }

  /** @param {string} name @param {'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'} signal */
  signal(name, signal) {
    const process = this.get(name);
    if (process === undefined) return;
    // Before it happens: what comes behind this line in the ledger was done in spite of it.
    this.#options.note('signal', { who: name, of: process.incarnation, signal });
    process.child.kill(signal);
  }

  /** Asks processes to end; kills those that take longer. @param {readonly string[]} names @param {number} withinMs
   *  @returns {Promise<readonly string[]>} who had to be killed */
  async end(names, withinMs) {
    const processes = names.map((name) => this.get(name)).filter((process) => process !== undefined);
    for (const { name } of processes) this.signal(name, 'SIGTERM');
    const late = await Promise.all(processes.map((process) => endsWithin(process, withinMs)));
    return processes.filter((_, i) => !late[i]).map(({ name }) => name);
  }

  /** Nothing is left running. */
  async kill() {
    const processes = this.running;
    for (const { child } of processes) child.kill('SIGKILL');
    await Promise.all(processes.map(({ ended }) => ended));
  }
}

/** @param {Process} process */
const isRunning = ({ child }) => child.exitCode === null && child.signalCode === null;

/** @param {Process} process @param {number} ms @returns {Promise<boolean>} */
export async function endsWithin({ child, ended }, ms) {
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  const { signal } = await ended;
  clearTimeout(timer);
  return signal !== 'SIGKILL';
}

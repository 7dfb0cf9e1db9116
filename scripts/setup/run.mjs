/** Starts a command and waits: its lines go to a log file and, if asked, to a listener, so that a failure can show how it ended. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './paths.mjs';

/** Runs quietly; the output is in `log` afterwards.
 *  @param {string} command
 *  @param {readonly string[]} args
 *  @param {{ log: string, onLine?: (line: string) => void, env?: NodeJS.ProcessEnv, cwd?: string }} options cwd: the checkout's root unless told
 *  @returns {Promise<number>} the exit code; 127 when the command could not be started */
export function runLogged(command, args, { log, onLine, env, cwd = ROOT }) {
  mkdirSync(dirname(log), { recursive: true });
  const file = createWriteStream(log);
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        file.write(`${line}\n`);
        onLine?.(line);
      });
    }
    child.once('error', (error) => file.end(`${error.message}\n`, () => resolve(127)));
    child.once('close', (code) => file.end(() => resolve(code ?? 1)));
  });
}

/** Runs with this terminal as its own and hands interrupts on, so that Ctrl-C ends both cleanly.
 *  @param {string} command
 *  @param {readonly string[]} args
 *  @param {{ env?: NodeJS.ProcessEnv }} [options]
 *  @returns {Promise<number>} the exit code, 128 + n after a signal */
export function runHere(command, args, { env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: 'inherit' });
    // A terminal sends Ctrl-C to both; whoever signals only us (a supervisor) means the child as well.
    const forward = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal);
    const wait = () => undefined;
    process.on('SIGTERM', forward).on('SIGINT', wait);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('SIGTERM', forward).off('SIGINT', wait);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

/** The last lines of a log, for a failure's report.
 *  @param {string} log
 *  @param {number} [count] lines */
export function tail(log, count = 30) {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}

/** Runs one program of a check to its end, within a time, and keeps what it printed. */
import { spawnSync } from 'node:child_process';
import { ROOT } from '../setup/paths.mjs';
import { SetupError } from '../setup/report.mjs';

const DEFAULT_TIMEOUT_MS = 120_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} BoundedOptions */

/** Ends with the program's stdout.
 *  @param {string} command @param {readonly string[]} args @param {BoundedOptions} [options] cwd: the checkout's root unless told
 *  @returns {string}
 *  @throws {SetupError} with everything it printed, when it fails, cannot be started or takes longer */
export function runBounded(command, args, { cwd = ROOT, env, timeoutMs = DEFAULT_TIMEOUT_MS } = {}) {
  const options = { cwd, env: { ...process.env, ...env }, timeout: timeoutMs, maxBuffer: MAX_OUTPUT_BYTES };
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, { ...options, encoding: 'utf8' });
  if (status === 0) return stdout;
  const how = error?.message ?? (signal === null ? `exit code ${status}` : `ended by ${signal}`);
  throw new SetupError(`${[command, ...args].join(' ')}: ${how}\n${stdout ?? ''}${stderr ?? ''}`);
}

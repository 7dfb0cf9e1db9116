/** Chaos: the ledger's process as its starter sees it: the pipe that all write to, the file, and how much is open. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('ledger-process.mjs', import.meta.url));

/** @typedef {ReturnType<typeof startKeeper>} Keeper */

/** It ends when the last process that has the pipe open has closed it. @param {string} folder @param {(pid: number) => void} watch */
export function startKeeper(folder, watch) {
  const fifo = join(folder, 'ledger.pipe');
  const file = join(folder, 'ledger.ndjson');
  const made = spawnSync('mkfifo', [fifo], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`mkfifo ${fifo}: ${made.error?.message ?? made.stderr}`);
  const child = spawn(process.execPath, [PROGRAM, fifo, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.pid !== undefined) watch(child.pid);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let count = { acked: 0, handled: 0, open: 0, owned: 0, uncommitted: 0 };
  createInterface({ input: child.stdout }).on('line', (line) => {
    count = JSON.parse(line);
  });
  return { fifo, file, ended, count: () => count };
}

/** @param {string} file @returns {import('./types.js').Entry[]} */
export function readLedger(file) {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines.map((line, at) => ({ ...JSON.parse(line), at }));
}

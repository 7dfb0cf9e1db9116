/** One setup at a time in one checkout: `npm test` and `npm run demo` in two terminals must not build into each other. */
import { mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 200;
const TAKEOVER_STALE_MS = 10_000;

/** Runs `work` while this process holds the lock file; a lock whose process is gone is taken over.
 *  @template T
 *  @param {string} path
 *  @param {() => Promise<T>} work
 *  @param {(holder: string) => void} [onWait] called once when another process holds it
 *  @returns {Promise<T>} */
export async function withLock(path, work, onWait) {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!tryCreate(path, `${process.pid} ${startTime(process.pid)}`)) {
    const holder = readOrEmpty(path);
    if (holder !== '' && !isAlive(holder)) takeOver(path, holder);
    else {
      if (!told) onWait?.(holder.split(' ')[0] ?? '');
      told = true;
      await delay(POLL_MS);
    }
  }
  const release = () => unlinkSync(path);
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

/** @param {string} path @param {string} text */
function tryCreate(path, text) {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Two waiters may see the same dead holder; the second must not remove the lock the first has just made. Hence a lock for the removal.
 *  @param {string} path @param {string} holder */
function takeOver(path, holder) {
  const guard = `${path}.takeover`;
  if (!tryCreate(guard, String(process.pid))) {
    if (Date.now() - (statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > TAKEOVER_STALE_MS) unlinkSync(guard);
    return;
  }
  if (readOrEmpty(path) === holder) unlinkSync(path);
  unlinkSync(guard);
}

/** @param {string} holder */
function isAlive(holder) {
  const [pid, started] = holder.split(' ');
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return !isCode(error, 'ESRCH');
  }
  return startTime(Number(pid)) === started;
}

/** When the process began, in ticks since boot: in a container a pid comes back soon. Empty where /proc is absent.
 *  @param {number} pid */
function startTime(pid) {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** @param {string} path */
function readOrEmpty(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ESRCH')) return '';
    throw error;
  }
}

/** @param {unknown} error @param {string} code */
function isCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code;
}

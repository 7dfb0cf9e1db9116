/** Setup step: the npm packages the lock file names are the ones installed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, ROOT } from './paths.mjs';
import { SetupError, step } from './report.mjs';
import { runLogged, tail } from './run.mjs';

/** Installs with `npm ci` when what is installed differs from package-lock.json; otherwise does nothing. */
export async function ensurePackages() {
  if (areInstalled()) return;
  await step('npm packages (about 15 s)', async () => {
    const log = join(CACHE, 'logs', 'npm-ci.log');
    // Two packages below @napi-rs/cli claim a newer Node than they need; at this log level npm keeps quiet about it.
    const code = await runLogged('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund'], { log });
    if (code !== 0) throw new SetupError(`npm ci ended with ${code}:\n${tail(log)}`);
  });
}

/** npm notes what it installed in a lock file of its own; comparing the two also notices an `npm install` done by hand. */
function areInstalled() {
  const wanted = readPackages('package-lock.json');
  const installed = readPackages('node_modules/.package-lock.json');
  if (wanted === null || installed === null) return false;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional === true || installed[path]?.version === entry.version,
  );
}

/** @param {string} file @returns {Record<string, { version?: string, optional?: boolean }> | null} */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

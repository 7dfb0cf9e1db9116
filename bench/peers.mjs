/** The peers' packages: installed here at the first run, in the exact versions of bench/package.json. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CACHE } from '../scripts/setup/paths.mjs';
import { SetupError, step } from '../scripts/setup/report.mjs';
import { runLogged, tail } from '../scripts/setup/run.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));

/** Installs what is missing or of another version. Without a lock file: every version is pinned and the peers bring no further packages but
 *  their own platform binaries.
 *  @throws {SetupError} when npm fails */
export async function installPeers() {
  const wanted = Object.entries(readPackage(HERE).dependencies ?? {});
  if (wanted.every(([name, version]) => versionOf(name) === version)) return;
  await step('packages of the peers (about 5 s)', async () => {
    const log = join(CACHE, 'logs', 'npm-bench.log');
    const args = ['install', '--prefix', HERE, '--no-package-lock', '--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund'];
    const code = await runLogged('npm', args, { log });
    if (code !== 0) throw new SetupError(`npm install in bench/ ended with ${code}:\n${tail(log)}`);
  });
}

/** The installed version of a peer; undefined when it is not there. @param {string} name */
export function versionOf(name) {
  const folder = join(HERE, 'node_modules', name);
  return existsSync(folder) ? readPackage(folder).version : undefined;
}

/** @param {string} folder @returns {{ version?: string, dependencies?: Record<string, string> }} */
const readPackage = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

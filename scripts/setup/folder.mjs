/** Packages that only one check needs lie in a folder with a package.json of its own and are installed when that check runs: they never reach
 *  users, and their commands never stand before ours in PATH. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { CACHE, ROOT } from './paths.mjs';
import { SetupError, step } from './report.mjs';
import { runLogged, tail } from './run.mjs';
import { hashOf, isStamped, stamp } from './stamp.mjs';

/** Installs what the folder's package.json names, in the versions of its lock file, unless that was done before.
 *  `npm install --no-save` and not `npm ci`: behind a mirror of one platform a lock file lacks the others, which `npm ci` refuses.
 *  @param {string} folder absolute
 *  @returns {Promise<string>} the hash of what is installed
 *  @throws {SetupError} when npm fails */
export async function ensureFolder(folder) {
  const name = relative(ROOT, folder);
  const mark = `npm-${name.replaceAll(/\W+/g, '-')}`;
  const inputs = ['package.json', 'package-lock.json'].map((file) => join(folder, file)).filter((file) => existsSync(file));
  const hash = hashOf(inputs);
  if (isStamped(mark, hash) && existsSync(join(folder, 'node_modules'))) return hash;
  await step(`npm packages of ${name}`, async () => {
    const log = join(CACHE, 'logs', `${mark}.log`);
    const args = ['install', '--no-save', '--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund'];
    const code = await runLogged('npm', args, { log, cwd: folder });
    if (code !== 0) throw new SetupError(`npm install in ${name}/ ended with ${code}:\n${tail(log)}`);
  });
  stamp(mark, hash);
  return hash;
}

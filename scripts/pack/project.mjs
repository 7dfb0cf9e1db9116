/** The empty project of a user: installs the packed packages as `npm install @predicthq/kafka` would, and holds the programs that are run there. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/paths.mjs';
import { SetupError } from '../setup/report.mjs';
import { runBounded } from '../test/bounded.mjs';

const PROGRAMS = join(ROOT, 'scripts/pack/programs');
const BROKER = "'localhost:9092'";

/** Tarballs of one version. @typedef {{ main: string, platforms: Record<string, string> }} Tarballs platforms by package name */

/** Lays out the project; `npm install` in it is left to the caller.
 *  The overrides say where the platform packages lie, as the registry would once they are published; npm itself chooses among them by os, cpu and libc.
 *  @param {string} folder @param {Tarballs} tarballs paths that hold inside the folder, or absolute ones */
export function writeProject(folder, { main, platforms }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(PROGRAMS, folder, { recursive: true });
  const overrides = Object.fromEntries(Object.entries(platforms).map(([name, path]) => [name, `file:${path}`]));
  const project = { name: 'a-service', private: true, type: 'module', dependencies: { '@predicthq/kafka': `file:${main}` }, overrides };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(project, null, 2)}\n`);
  writeFileSync(join(folder, 'example.ts'), readFirstExample());
}

/** The README's first example, told where its broker is. */
function readFirstExample() {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, code] = /```ts\n([\s\S]+?)```/.exec(readme) ?? [];
  if (code === undefined || code.split(BROKER).length !== 2)
    throw new SetupError(`The README's first example names ${BROKER} not exactly once`);
  return code.replace(BROKER, "process.env['BOOTSTRAP_SERVERS']!");
}

/** @param {string} folder @param {readonly string[]} [extra] */
export function installProject(folder, extra = []) {
  runBounded('npm', ['install', '--loglevel=error', '--no-audit', '--no-fund', ...extra], { cwd: folder });
}

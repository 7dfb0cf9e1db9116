/** The same addon under every Node the package promises: the oldest 20 and 22 its `engines` allow, and the newest 24. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder } from '../setup/folder.mjs';
import { ROOT } from '../setup/paths.mjs';
import { SetupError } from '../setup/report.mjs';
import { runBounded } from './bounded.mjs';
import { sum } from './tally.mjs';
import { runVitest } from './vitest-suites.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */

const FOLDER = join(ROOT, 'test/nodes');
const PACKAGES = join(FOLDER, 'node_modules');

/** npm carries Node's binaries per platform; test/nodes/package.json names those of this one. */
export const canRunNodes = () => process.platform === 'linux' && process.arch === 'x64';

/** Installs them, unless that was done before. @throws {SetupError} when npm fails */
export const ensureNodes = () => ensureFolder(FOLDER);

/** @param {string} name as test/nodes/package.json has it, e.g. `n24` */
export const nodeBinary = (name) => join(PACKAGES, name, 'bin/node');

/** Runs the scenarios with each Node, in turn; a full run takes about as long as that many scenario suites.
 *  @param {readonly string[]} [filters] only files whose path contains one of these
 *  @returns {Promise<Record<string, Tally>>} by Node */
export async function runNodes(filters = []) {
  const failure = await installNodes();
  if (failure !== undefined) return { 'scenarios on other Nodes': failure };
  /** @type {Record<string, Tally>} */
  const tallies = {};
  for (const name of readdirSync(PACKAGES).filter((entry) => /^n\d+$/.test(entry))) {
    const node = nodeBinary(name);
    const version = runBounded(node, ['--version']).trim();
    const started = performance.now();
    process.stdout.write(`Node ${version}\n`);
    const suites = await runVitest(['scenarios'], filters, { node });
    process.stdout.write(`Node ${version}: ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
    tallies[`scenarios on Node ${version}`] = sum(Object.values(suites));
  }
  return tallies;
}

/** Binaries that cannot be installed are told and counted; the other suites go on. @returns {Promise<Tally | undefined>} */
async function installNodes() {
  try {
    await ensureNodes();
    return undefined;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stdout.write(`${error.message}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** The peers: installed here at the first run, in the exact versions of bench/package.json; what cannot be had is left out with a line saying why. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CACHE } from '../scripts/setup/paths.mjs';
import { SetupError, step } from '../scripts/setup/report.mjs';
import { runLogged, tail } from '../scripts/setup/run.mjs';
import { missingTools, PYTHON_TOOLS } from '../scripts/setup/tools.mjs';
import { hasOwnNode, installNodesFor } from './nodes.mjs';
import { toEvent } from './payload.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const LOGS = join(CACHE, 'logs');
const PYTHON_HOME = join(CACHE, 'bench-python');
export const PYTHON_CLIENT = 'confluent-kafka==2.16.1';
const PYTHON_EVENTS = join(CACHE, 'bench-events.jsonl');
const PYTHON_POOL = 5_000;

const CONFLUENT = '@confluentinc/kafka-javascript';
const CONFLUENT_ADDON = 'build/Release/confluent-kafka-javascript.node';
const CONFLUENT_DEBS = ['libzstd-dev', 'libcurl4-openssl-dev', 'libsasl2-dev', 'liblz4-dev'];
const CONFLUENT_HEADERS = ['zstd.h', 'sasl/sasl.h', 'lz4.h'];

/** Installs what these engines need.
 *  @param {readonly string[]} engines
 *  @returns {Promise<ReadonlyMap<string, string>>} the engines that cannot run here, each with the reason
 *  @throws {SetupError} when npm fails */
export async function installPeers(engines) {
  await installPackages();
  /** @type {Map<string, string>} */
  const missing = new Map();
  const confluent = engines.filter((engine) => engine.startsWith('confluent-'));
  const confluentFault = confluent.length === 0 ? undefined : await buildConfluent();
  if (confluentFault !== undefined) for (const engine of confluent) missing.set(engine, confluentFault);
  const pythonFault = engines.includes('python') ? await installPython() : undefined;
  if (pythonFault !== undefined) missing.set('python', pythonFault);
  const onOtherNodes = engines.filter(hasOwnNode);
  const nodeFault = await installNodesFor(onOtherNodes);
  if (nodeFault !== undefined) for (const engine of onOtherNodes) missing.set(engine, nodeFault);
  return missing;
}

/** The packages from npm, without their install scripts and without a lock file: the versions of the peers themselves are pinned. */
async function installPackages() {
  const wanted = Object.entries(readPackage(HERE).dependencies ?? {});
  if (wanted.every(([name, version]) => versionOf(name) === version)) return;
  await step('packages of the peers (about 20 s)', async () => {
    const log = join(LOGS, 'npm-bench.log');
    const args = ['install', '--prefix', HERE, '--no-package-lock', '--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund'];
    const code = await runLogged('npm', args, { log });
    if (code !== 0) throw new SetupError(`npm install in bench/ ended with ${code}:\n${tail(log)}`);
  });
}

/** Compiles Confluent's client from its npm package (about a minute): its prebuilt binaries lie outside of npm. Returns why it failed. */
async function buildConfluent() {
  const folder = join(HERE, 'node_modules', CONFLUENT);
  if (existsSync(join(folder, CONFLUENT_ADDON))) return undefined;
  if (CONFLUENT_HEADERS.some((header) => !existsSync(join('/usr/include', header)))) {
    if (!existsSync('/etc/debian_version') || process.getuid?.() !== 0) return `its build needs the headers of ${CONFLUENT_DEBS.join(' ')}`;
    const log = join(LOGS, 'apt-bench.log');
    const code = await runLogged('apt-get', ['install', '-y', '--no-install-recommends', ...CONFLUENT_DEBS], { log });
    if (code !== 0) return `apt-get install ${CONFLUENT_DEBS.join(' ')} ended with ${code}, see ${log}`;
  }
  const log = join(LOGS, 'confluent-bench.log');
  const args = ['rebuild', '--prefix', HERE, CONFLUENT, '--build-from-source', '--foreground-scripts'];
  const code = await step('Confluent client, compiled (about 2 min)', () =>
    runLogged('npm', args, { log, env: { CKJS_LINKING: 'dynamic' } }),
  );
  return code === 0 && existsSync(join(folder, CONFLUENT_ADDON)) ? undefined : `its build ended with ${code}, see ${log}`;
}

/** A virtual environment with confluent-kafka, and the events to produce. Returns why it failed. */
async function installPython() {
  const missing = missingTools(PYTHON_TOOLS);
  if (missing.length > 0) return missing.join('; ');
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(PYTHON_EVENTS, Array.from({ length: PYTHON_POOL }, (_, n) => JSON.stringify(toEvent(n))).join('\n'));
  if (existsSync(join(PYTHON_HOME, 'done'))) return undefined;
  const log = join(LOGS, 'python-bench.log');
  const made = await runLogged('python3', ['-m', 'venv', PYTHON_HOME], { log });
  const pip = ['-m', 'pip', 'install', '--only-binary', ':all:', PYTHON_CLIENT];
  const code = made === 0 ? await runLogged(pythonCommand(), pip, { log }) : made;
  if (code !== 0) return `its virtual environment ended with ${code}, see ${log}`;
  writeFileSync(join(PYTHON_HOME, 'done'), PYTHON_CLIENT);
  return undefined;
}

/** The interpreter that has confluent-kafka. */
export const pythonCommand = () => join(PYTHON_HOME, 'bin', 'python');

/** One event a line, for the engine that cannot make them itself. */
export const eventsFile = PYTHON_EVENTS;

/** The installed version of a peer; undefined when it is not there. @param {string} name */
export function versionOf(name) {
  const folder = join(HERE, 'node_modules', name);
  return existsSync(folder) ? readPackage(folder).version : undefined;
}

/** @param {string} folder @returns {{ version?: string, dependencies?: Record<string, string> }} */
const readPackage = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

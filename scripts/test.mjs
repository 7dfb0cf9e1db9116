/** `npm test` (what needs no Java) and `npm run test:all` (everything): runs the suites, adds up their counts, ends with one line.
 *  --all: every suite; --rest: only those `npm test` leaves out; --add=FILE: add an earlier run's tally; other arguments: file filters. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChecks } from './check/checks.mjs';
import { checkPackages } from './pack-check.mjs';
import { CACHE } from './setup/paths.mjs';
import { runMain, SetupError } from './setup/report.mjs';
import { KAFKA_TOOLS, KEY_TOOLS, LINT_TOOLS, missingTools, PACK_TOOLS, PYTHON_TOOLS } from './setup/tools.mjs';
import { setUp } from './setup.mjs';
import { runCargoTests } from './test/cargo-suite.mjs';
import { runChaos } from './test/chaos-suite.mjs';
import { tellCoreDumps } from './test/core-dumps.mjs';
import { runFrameworks } from './test/frameworks-suite.mjs';
import { canRunNodes, runNodes } from './test/nodes-suite.mjs';
import { failures, sum, toLine } from './test/tally.mjs';
import { runOldestTypes } from './test/types-suite.mjs';
import { runVitest } from './test/vitest-suites.mjs';

/** @typedef {import('./test/tally.mjs').Tally} Tally */
/** @typedef {Record<string, Tally>} Tallies */

const QUICK = ['unit', 'types', 'meta', 'scenarios', 'conformance-embedded'];
const ON_KAFKA = ['conformance-kafka', 'real'];
const WITH_KEYS = ['security'];
const WITH_PYTHON = ['interop'];

await runMain(async () => {
  const { filters, quick, rest, add } = readArguments(process.argv.slice(2));
  if (!(await isSetUp())) return finish({ setup: { passed: 0, failed: 1, skipped: 0 } }, add);
  /** @type {Tallies} */
  const tallies = {};
  if (quick) Object.assign(tallies, await runVitest(QUICK, filters));
  if (rest) Object.assign(tallies, await runRest());
  return finish(tallies, add);
});

/** A setup that fails is told and counted, so that even then the last line says how many. */
async function isSetUp() {
  try {
    await setUp();
    return true;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return false;
  }
}

/** @param {readonly string[]} args */
function readArguments(args) {
  const add = args.find((arg) => arg.startsWith('--add='))?.slice('--add='.length);
  const filters = args.filter((arg) => !arg.startsWith('--'));
  const restOnly = args.includes('--rest');
  return { filters, add, quick: !restOnly, rest: restOnly || args.includes('--all') };
}

/** @returns {Promise<Tallies>} */
async function runRest() {
  const core = await runCargoTests();
  const check = await onlyWith(LINT_TOOLS, ['check'], async () => ({ check: await runChecks() }));
  const kafka = await onlyWith(KAFKA_TOOLS, ON_KAFKA, () => runVitest(ON_KAFKA));
  const security = await onlyWith([...KAFKA_TOOLS, ...KEY_TOOLS], WITH_KEYS, () => runVitest(WITH_KEYS));
  const chaos = await onlyWith(KAFKA_TOOLS, ['chaos'], async () => ({ chaos: await runChaos() }));
  const interop = await onlyWith([...KAFKA_TOOLS, ...PYTHON_TOOLS], WITH_PYTHON, () => runVitest(WITH_PYTHON));
  return { 'native core': core, ...check, ...kafka, ...security, ...chaos, ...interop, ...(await runAsUsers()) };
}

/** The library as others get it: its declarations, its packages, other test runners, other Nodes.
 *  @returns {Promise<Tallies>} */
async function runAsUsers() {
  const types = await runOldestTypes();
  const pack = await onlyWith(PACK_TOOLS, ['pack'], async () => ({ pack: await checkPackages() }));
  const frameworks = await runFrameworks();
  const nodes = canRunNodes() ? await runNodes() : { 'scenarios on other Nodes': { passed: 0, failed: 0, skipped: 1 } };
  return { 'declarations for users': types, ...pack, frameworks, ...nodes };
}

/** Runs suites whose tools are here; says which ones cannot run otherwise: skipped on a developer's machine, failed in CI.
 *  @param {readonly import('./setup/tools.mjs').Tool[]} tools @param {readonly string[]} names @param {() => Promise<Tallies>} run @returns {Promise<Tallies>} */
async function onlyWith(tools, names, run) {
  const missing = missingTools(tools);
  if (missing.length === 0) return run();
  for (const line of missing) process.stdout.write(`cannot run ${names.join(', ')}: ${line}\n`);
  const tally = process.env.CI === 'true' ? { passed: 0, failed: 1, skipped: 0 } : { passed: 0, failed: 0, skipped: 1 };
  return Object.fromEntries(names.map((name) => [name, tally]));
}

/** @param {Tallies} tallies @param {string | undefined} add @returns {number} exit code */
function finish(tallies, add) {
  const total = sum(Object.values(tallies));
  mkdirSync(join(CACHE, 'tally'), { recursive: true });
  writeFileSync(join(CACHE, 'tally', 'last.json'), JSON.stringify(total));
  const all = add === undefined ? total : sum([total, JSON.parse(readFileSync(add, 'utf8'))]);
  tellCoreDumps();
  for (const failure of failures()) process.stdout.write(`failed: ${failure}\n`);
  for (const [name, tally] of Object.entries(tallies)) process.stdout.write(`${name}: ${toLine(tally)}\n`);
  process.stdout.write(`${toLine(all)}\n`);
  const skippedInCi = process.env.CI === 'true' && all.skipped > 0;
  if (skippedInCi) process.stderr.write('In CI nothing may be skipped\n');
  return all.failed > 0 || skippedInCi ? 1 : 0;
}

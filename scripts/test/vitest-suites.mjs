/** Runs vitest projects in one go and returns a tally per project. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, inPackages } from '../setup/paths.mjs';
import { runHere } from '../setup/run.mjs';
import { tellFailure } from './tally.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */

/** @param {readonly string[]} projects names from vitest.config.ts
 *  @param {readonly string[]} [filters] only files whose path contains one of these
 *  @param {{ node?: string, env?: NodeJS.ProcessEnv }} [options] node: the Node that runs them; env: further variables, which its processes inherit
 *  @returns {Promise<Record<string, Tally>>} by project; a project that should have tests and ran none has one failure */
export async function runVitest(projects, filters = [], { node = process.execPath, env } = {}) {
  const report = join(CACHE, 'tally', 'vitest.json');
  mkdirSync(join(CACHE, 'tally'), { recursive: true });
  rmSync(report, { force: true });
  const args = [
    'run',
    ...projects.flatMap((name) => ['--project', name]),
    '--reporter=default',
    '--reporter=./scripts/test/tally-reporter.mjs',
  ];
  const code = await runHere(node, [inPackages('vitest/vitest.mjs'), ...args, ...filters], { env: { ...env, PHQ_TALLY: report } });
  const { suites, unhandled, failures } = readReport(report);
  for (const failure of failures) tellFailure(failure);
  if (filters.length === 0) for (const name of projects) suites[name] ??= emptySuite(name);
  const failed = Object.values(suites).some((tally) => tally.failed > 0);
  // Unhandled errors, a crashed worker and type errors outside tests fail the run without failing a test.
  if (code !== 0 && !failed) suites.vitest = { passed: 0, failed: Math.max(1, unhandled), skipped: 0 };
  return suites;
}

/** @param {string} report @returns {{ suites: Record<string, Tally>, unhandled: number, failures: string[] }} */
function readReport(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch (error) {
    process.stdout.write(`vitest left no report: ${error instanceof Error ? error.message : error}\n`);
    return { suites: {}, unhandled: 0, failures: [] };
  }
}

/** @param {string} name @returns {Tally} */
function emptySuite(name) {
  process.stdout.write(`suite ${name}: no test was collected, which counts as a failure\n`);
  return { passed: 0, failed: 1, skipped: 0 };
}

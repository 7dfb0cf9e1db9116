/** Chaos: the proof that the suite can fail: every mutant is found by the checks that are there for it, and the unchanged build passes the same plan. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, DIST } from '../../scripts/setup/paths.mjs';
import { startCluster } from './cluster.mjs';
import { MUTANTS } from './mutants.mjs';
import { mutate } from './mutate.mjs';
import { toFindings } from './report.mjs';
import { runSeed } from './run-seed.mjs';

/** @typedef {import('./mutants.mjs').Mutant} Mutant
 *  @typedef {import('../../scripts/test/checklist.mjs').Check} Check */

const FOLDER = join(CACHE, 'chaos', 'mutants');
/** What a mutant loses never comes: no use in waiting long. */
const MUTANT_SETTLE_MS = 3_000;

/** @param {Check} check @param {{ withControls: boolean, only?: string }} options withControls: run each plan on the unchanged build too */
export async function proveMutants(check, { withControls, only = '' }) {
  const cluster = await startCluster();
  let runs = 0;
  const play = (/** @type {Mutant} */ { plan }, /** @type {string} */ lib, /** @type {number | undefined} */ settleMs) =>
    runSeed(plan, {
      cluster,
      programs: { lib, producer: 'roles/producer.mjs', consumer: 'roles/consumer.mjs' },
      name: `mutant-${++runs}`,
      keepIn: join(CACHE, 'chaos', `mutant-${runs}`),
      ...(settleMs === undefined ? {} : { settleMs }),
    });
  try {
    for (const mutant of MUTANTS.filter(({ name }) => name.includes(only))) {
      if (withControls)
        await check(`without "${mutant.name}"`, async () => mustPass(await play(mutant, join(DIST, 'index.js'), undefined)));
      await check(`a build that ${mutant.name}`, async () =>
        mustFind(mutant, await play(mutant, mutate(FOLDER, mutant.changes), MUTANT_SETTLE_MS)),
      );
    }
  } finally {
    rmSync(FOLDER, { recursive: true, force: true });
    await cluster.stop();
  }
}

/** @param {import('./run-seed.mjs').Outcome} outcome */
function mustPass(outcome) {
  if (outcome.findings.length > 0) throw new Error(`the unchanged build has findings:\n${toFindings(outcome)}`);
  return `${outcome.counts.handled} handled`;
}

/** @param {Mutant} mutant @param {import('./run-seed.mjs').Outcome} outcome */
function mustFind({ found }, outcome) {
  const checks = new Set(outcome.findings.map(({ check }) => check));
  const missed = found.filter((name) => !checks.has(name));
  if (missed.length > 0) throw new Error(`not found by ${missed.join(', ')}; all findings:\n${toFindings(outcome) || '  none'}`);
  return `found by ${[...checks].join(', ')}`;
}

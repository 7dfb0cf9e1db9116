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
 *  @typedef {import('./types.js').Finding} Finding
 *  @typedef {import('../../scripts/test/checklist.mjs').Check} Check */

const KEPT = join(CACHE, 'chaos');
const FOLDER = join(KEPT, 'mutants');
/** What a mutant loses never comes: no use in waiting long. */
const MUTANT_SETTLE_MS = 3_000;

/** @param {Check} check @param {{ withControls: boolean, only?: string }} options withControls: run each plan on the unchanged build too */
export async function proveMutants(check, { withControls, only = '' }) {
  const cluster = await startCluster();
  let runs = 0;
  const play = (
    /** @type {Mutant} */ { plan },
    /** @type {Partial<import('./run-seed.mjs').Stage> & { lib: string }} */ { lib, ...stage },
  ) =>
    runSeed(plan, {
      cluster,
      programs: { lib, producer: 'roles/producer.mjs', consumer: 'roles/consumer.mjs' },
      name: `mutant-${++runs}`,
      keepIn: join(KEPT, `mutant-${runs}`),
      ...stage,
    });
  try {
    for (const mutant of MUTANTS.filter(({ name }) => name.includes(only))) {
      if (withControls) await check(`without "${mutant.name}"`, async () => mustPass(await play(mutant, { lib: join(DIST, 'index.js') })));
      const stage = {
        settleMs: MUTANT_SETTLE_MS,
        isFine: (/** @type {readonly Finding[]} */ findings) => missedBy(mutant, findings).length === 0,
      };
      await check(`a build that ${mutant.name}`, async () =>
        mustFind(mutant, await play(mutant, { lib: mutate(FOLDER, mutant.changes), ...stage })),
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

/** @param {Mutant} mutant @param {readonly Finding[]} findings */
function missedBy({ found }, findings) {
  return found.filter((name) => !findings.some(({ check }) => check === name));
}

/** @param {Mutant} mutant @param {import('./run-seed.mjs').Outcome} outcome */
function mustFind(mutant, outcome) {
  const missed = missedBy(mutant, outcome.findings);
  if (missed.length > 0) {
    const text = toFindings(outcome) || '  none';
    throw new Error(`not found by ${missed.join(', ')}; all findings:\n${text}\n  kept in ${KEPT}`);
  }
  return `found by ${[...new Set(outcome.findings.map(({ check }) => check))].join(', ')}`;
}

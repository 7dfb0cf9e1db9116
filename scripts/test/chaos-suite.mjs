/** The chaos suite's short form: a few seeds on three brokers, then the proof that the suite can fail. */
import { join } from 'node:path';
import { featuresOf } from '../../test/chaos/features.mjs';
import { proveMutants } from '../../test/chaos/prove.mjs';
import { toFindings } from '../../test/chaos/report.mjs';
import { PROTOCOLS, planOf, SELECTION } from '../../test/chaos/seed.mjs';
import { runSeeds } from '../../test/chaos/seeds.mjs';
import { CACHE, DIST } from '../setup/paths.mjs';
import { runChecklist } from './checklist.mjs';

/** @returns {Promise<import('./tally.mjs').Tally>} one count per seed and per mutant */
export function runChaos() {
  return runChecklist('chaos', async (check) => {
    const lib = join(DIST, 'index.js');
    const features = await featuresOf(lib);
    const plans = SELECTION.map((seed) => planOf(seed, { protocols: PROTOCOLS, features }));
    const programs = { lib, producer: 'roles/producer.mjs', consumer: 'roles/consumer.mjs' };
    for await (const { plan, outcome, keptIn } of runSeeds(plans, {
      programs,
      until: Number.POSITIVE_INFINITY,
      keepIn: join(CACHE, 'chaos'),
    })) {
      await check(`seed ${plan.seed} (${plan.protocol}, ${plan.class}), ${(outcome.tookMs / 1_000).toFixed(0)} s`, () => {
        if (outcome.findings.length > 0) throw new Error(`${toFindings(outcome)}\n  kept in ${keptIn}`);
        return `${outcome.counts.handled} handled, ${outcome.counts.repeats} again`;
      });
    }
    await proveMutants(check, { withControls: false });
  });
}

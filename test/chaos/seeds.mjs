/** Chaos: seeds one after the other, on clusters that are made anew now and then, and always after one that went wrong. */
import { join } from 'node:path';
import { startCluster } from './cluster.mjs';
import { runSeed } from './run-seed.mjs';

/** @typedef {import('./types.js').Plan} Plan
 *  @typedef {import('./run-seed.mjs').Outcome} Outcome
 *  @typedef {{ plan: Plan, outcome: Outcome, keptIn: string }} Played */

/** The group's positions of all seeds are in one log, which is read after each. */
const SEEDS_A_CLUSTER = 8;

/** @param {readonly Plan[]} plans @param {{ programs: import('./tasks.mjs').Programs, until: number, keepIn: string, check?: import('./run-seed.mjs').Check }} options
 *  @returns {AsyncGenerator<Played, void, undefined>} */
export async function* runSeeds(plans, { programs, until, ...rest }) {
  /** @type {import('./cluster.mjs').Cluster | undefined} */
  let cluster;
  let played = 0;
  try {
    for (const plan of plans) {
      if (Date.now() >= until) return;
      if (cluster !== undefined && played % SEEDS_A_CLUSTER === 0) {
        await cluster.stop();
        cluster = undefined;
      }
      cluster ??= await startCluster();
      const keptIn = join(rest.keepIn, `seed-${plan.seed}`);
      const outcome = await runSeed(plan, { ...rest, cluster, programs, name: `chaos-${plan.seed}-${played++}`, keepIn: keptIn });
      yield { plan, outcome, keptIn };
      if (outcome.findings.length > 0) played = SEEDS_A_CLUSTER;
    }
  } finally {
    await cluster?.stop();
  }
}

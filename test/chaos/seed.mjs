/** Chaos: what a seed means. Pure: the same number is the same plan, so that any seed can be replayed. */

import { faultsOf } from './fault-menu.mjs';
import { createRandom } from './random.mjs';

/** @typedef {import('./types.js').Plan} Plan
 *  @typedef {import('./types.js').Protocol} Protocol
 *  @typedef {import('./types.js').SeedClass} SeedClass */

/** @type {readonly Protocol[]} */
export const PROTOCOLS = ['eager', 'cooperative', 'consumer'];

/** The seeds of CI: one a protocol, each with a broker and a process killed. */
export const SELECTION = [20, 25, 36];

/** Each class is played with every protocol in turn; an odd number of them, so that each meets concurrency on and off: all is seen after 66 seeds.
 *  @type {readonly SeedClass[]} */
const CLASSES = ['mixed', 'partitions', 'mixed', 'stuck', 'mixed', 'latest', 'mixed', 'retention', 'mixed', 'dead-letter', 'recreated'];

/** @typedef {{ retry: boolean, deadLetter: boolean, concurrency: boolean, schemas: boolean }} Features what this build of the library has */

/** @param {number} seed from 1 @param {{ protocols: readonly Protocol[], features: Features }} options @returns {Plan} */
export function planOf(seed, { protocols, features }) {
  const random = createRandom(seed);
  const round = Math.floor((seed - 1) / protocols.length);
  const protocol = /** @type {Protocol} */ (protocols[(seed - 1) % protocols.length]);
  const seedClass = classOf(round, features);
  const isConcurrent = features.concurrency && round % 2 === 1;
  const members = ['c1', 'c2', ...(random.isOneIn(2) ? ['c3'] : [])];
  const hasPolicy = seedClass === 'dead-letter' || random.isOneIn(2);
  const loadMs = seedClass === 'stuck' ? 42_000 : 30_000;
  // A sequence of its own: what the others draw stays what it was before there were schemas.
  const own = createRandom(seed + 1_000_000);
  return {
    seed,
    class: seedClass,
    protocol,
    concurrency: isConcurrent ? { max: random.pick([4, 16]), order: random.pick(/** @type {const} */ (['partition', 'key'])) } : null,
    partitions: random.pick([3, 6, 9]),
    members,
    isStatic: seedClass === 'mixed' && random.isOneIn(4),
    producers: ['p1', 'p2'],
    batchSize: random.pick([10, 20, 50]),
    maxUncommittedBatches: random.pick([1, 4, 8]),
    maxPollIntervalMs: seedClass === 'stuck' ? 8_000 : 60_000,
    drainTimeoutMs: random.pick([1_000, 5_000]),
    deliveryTimeoutMs: random.pick([4_000, 60_000, 60_000]),
    retry: features.retry && hasPolicy,
    deadLetter: features.deadLetter && hasPolicy,
    schemaMs: features.schemas && own.isOneIn(2) ? own.pick([20, 200]) : 0,
    handler: {
      waitMs: random.pick([5, 20, 60]),
      throwsPerMille: random.isOneIn(2) ? 1 : 0,
      poisonPerMille: features.deadLetter && hasPolicy ? 5 : 0,
      seeksPerMille: random.isOneIn(4) ? 5 : 0,
      assignedSeeksPerMille: own.isOneIn(4) ? 300 : 0,
    },
    loadMs,
    rate: random.pick([150, 300]),
    faults: faultsOf(seedClass, { random, members, loadMs }),
  };
}

/** A class that needs what this build lacks is a mix. @param {number} round @param {Features} features @returns {SeedClass} */
function classOf(round, features) {
  const seedClass = /** @type {SeedClass} */ (CLASSES[round % CLASSES.length]);
  return seedClass === 'dead-letter' && !features.deadLetter ? 'mixed' : seedClass;
}

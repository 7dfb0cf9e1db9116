/** Chaos: which faults a class of seeds draws, and when. Pure. */

/** @typedef {import('./types.js').Fault} Fault
 *  @typedef {import('./types.js').SeedClass} SeedClass
 *  @typedef {import('./random.mjs').Random} Random
 *  @typedef {{ random: Random, members: readonly string[], loadMs: number }} Draw */

/** Nothing happens before everybody works, and the last fault begins while there is load. */
const FIRST_MS = 4_000;
const LAST_SHARE = 0.8;

/** One whole broker at a time is down; each waits until the one before is whole again. */
const BROKER_FAULTS = ['kill-broker', 'freeze-broker', 'restart-broker', 'elect-leaders'];
const LONG_BROKER_FAULTS = ['rolling-restart', 'new-ports'];
const NETWORK_FAULTS = ['cut', 'delay', 'hold', 'reset'];
const CLIENT_FAULTS = ['kill', 'term', 'freeze', 'join', 'leave', 'kill-producer', 'slow'];
const WHOSE = ['leader', 'coordinator', 'any'];

/** @param {SeedClass} seedClass @param {Draw} draw @returns {readonly Fault[]} by time */
export function faultsOf(seedClass, draw) {
  const own = ownFaults(seedClass, draw);
  const cluster = own.some(({ lane }) => lane === 'cluster') ? [] : brokerFaults(draw);
  const clients = seedClass === 'stuck' ? [] : clientFaults(draw);
  const network = spread('network', draw, draw.random.int(0, 3), () => ({
    name: draw.random.pick(NETWORK_FAULTS),
    target: draw.random.pick(WHOSE),
    ms: draw.random.int(500, 3_000),
  }));
  return [...own, ...cluster, ...clients, ...network].toSorted((a, b) => a.atMs - b.atMs);
}

/** What the class is there for. @param {SeedClass} seedClass @param {Draw} draw @returns {Fault[]} */
function ownFaults(seedClass, { random, members }) {
  const member = random.pick(members);
  switch (seedClass) {
    case 'partitions':
      return [{ lane: 'cluster', atMs: 8_000, name: 'add-partitions' }];
    case 'retention':
      return [
        { lane: 'clients', atMs: 4_000, name: 'pause', target: member, ms: 3_000 },
        { lane: 'clients', atMs: 8_000, name: 'overtake', ms: 3_000 },
      ];
    case 'recreated':
      return [{ lane: 'cluster', atMs: 12_000, name: 'recreate-topic' }];
    case 'stuck':
      return [
        { lane: 'clients', atMs: 5_000, name: 'block', target: 'c1', ms: 30_000 },
        { lane: 'clients', atMs: 8_000, name: 'slow', target: 'c2', ms: 12_000 },
      ];
    case 'dead-letter':
      return [{ lane: 'cluster', atMs: 6_000, name: 'lose-dead-letters', ms: 8_000 }];
    case 'latest':
      return [
        { lane: 'clients', atMs: 200, name: 'kill', target: member, ms: 500 },
        { lane: 'cluster', atMs: 3_000, name: 'add-partitions' },
      ];
    case 'mixed':
      return [];
  }
}

/** @param {Draw} draw */
function brokerFaults(draw) {
  const { random } = draw;
  if (random.isOneIn(5)) return spread('cluster', draw, 1, () => ({ name: random.pick(LONG_BROKER_FAULTS) }));
  return spread('cluster', draw, random.int(1, 2), () => ({
    name: random.pick(BROKER_FAULTS),
    target: random.pick(WHOSE),
    ms: random.int(1_000, 8_000),
  }));
}

/** @param {Draw} draw */
function clientFaults(draw) {
  const { random, members } = draw;
  return spread('clients', draw, random.int(2, 5), () => {
    const name = random.pick(CLIENT_FAULTS);
    const target = name === 'kill-producer' ? random.pick(['p1', 'p2']) : name === 'join' ? 'extra' : random.pick(members);
    return { name, target, ms: random.int(500, name === 'freeze' ? 12_000 : 3_000) };
  });
}

/** `count` faults over the time of the load. @param {Fault['lane']} lane @param {Draw} draw @param {number} count
 *  @param {() => Omit<Fault, 'lane' | 'atMs'>} make @returns {Fault[]} */
function spread(lane, { random, loadMs }, count, make) {
  return Array.from({ length: count }, () => ({ lane, atMs: random.int(FIRST_MS, loadMs * LAST_SHARE), ...make() }));
}

/** Chaos: how a seed goes: everybody joins, the load begins, the faults come, all is mended, all is handled, all end. */
import { setTimeout as pass } from 'node:timers/promises';
import { END_MS } from './faults/clients.mjs';
import { FAULTS } from './faults/menu.mjs';
import { endsWithin } from './team.mjs';

/** @typedef {import('./faults/scene.js').Scene} Scene
 *  @typedef {import('./types.js').Fault} Fault
 *  @typedef {import('./keeper.mjs').Keeper} Keeper */

/** After the last fault is mended and the last message is written, everything must be handled within this time. */
export const SETTLE_MS = 60_000;
/** A producer may wait for its last acknowledgements this long after its time. */
const LAST_ACKS_MS = 60_000;
const JOIN_MS = 30_000;
const POLL_MS = 50;
const LANES = ['cluster', 'clients', 'network'];
/** All that is handled is told as committed within this time, or never will be. */
const COMMITTED_MS = 10_000;
/** What the ledger's process counts comes a little later. */
const COUNTED_MS = 500;

/** @param {Scene} scene @param {Keeper} keeper @param {number} [settleMs] shorter for builds that are known to lose something */
export async function playOut(scene, keeper, settleMs = SETTLE_MS) {
  const { plan, team, note } = scene;
  for (const member of plan.members) scene.startMember(member);
  await waitForMembers(scene, keeper);
  scene.beginLoad();
  for (const producer of plan.producers) scene.startProducer(producer);
  note('load');
  await playFaults(scene);
  for (const producer of plan.producers) await waitForProducer(scene, producer);
  await settle(scene, keeper, settleMs);
  const consumers = team.running.map(({ name }) => name);
  for (const name of await team.end(consumers, END_MS)) note('hung', { who: name, of: team.startsOf(name) - 1, withinMs: END_MS });
}

/** Under `latest` what comes before the group has begun is not its own; the others need no wait, but load without readers shows nothing.
 *  @param {Scene} scene @param {Keeper} keeper */
async function waitForMembers({ plan }, keeper) {
  const deadline = performance.now() + JOIN_MS;
  while (keeper.count().owned < plan.partitions) {
    if (performance.now() > deadline) throw new Error(`the group had not all partitions after ${JOIN_MS} ms`);
    await pass(POLL_MS);
  }
}

/** Lanes run side by side; in each a fault begins at its time, or when the one before is mended. @param {Scene} scene */
async function playFaults(scene) {
  const startedMs = performance.now();
  const lanes = await Promise.allSettled(
    LANES.map(async (lane) => {
      for (const fault of scene.plan.faults.filter((each) => each.lane === lane)) {
        await pass(Math.max(0, fault.atMs - (performance.now() - startedMs)));
        await play(scene, fault);
      }
    }),
  );
  // Only now: a lane that is left in its middle would leave a broker down.
  for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
}

/** @param {Scene} scene @param {Fault} fault */
async function play(scene, fault) {
  const work = FAULTS[fault.name];
  if (work === undefined) throw new Error(`there is no fault "${fault.name}"`);
  scene.note('fault', { ...fault, phase: 'begins' });
  await work(scene, fault);
  scene.note('fault', { name: fault.name, lane: fault.lane, phase: 'mended' });
}

/** @param {Scene} scene @param {string} name */
async function waitForProducer({ team, note, plan }, name) {
  const process = team.get(name);
  if (process === undefined) return;
  const withinMs = plan.loadMs + LAST_ACKS_MS;
  if (!(await endsWithin(process, withinMs))) note('hung', { who: name, of: process.incarnation, withinMs });
}

/** @param {Scene} scene @param {Keeper} keeper @param {number} withinMs */
async function settle({ note }, keeper, withinMs) {
  const startedMs = performance.now();
  await pass(COUNTED_MS);
  while (keeper.count().open > 0) {
    if (performance.now() - startedMs > withinMs) {
      note('unsettled', { open: keeper.count().open, withinMs });
      return;
    }
    await pass(POLL_MS);
  }
  // What a member had handled when it was killed is committed by the next owner, which may still be starting. Not everything that is committed is told.
  const handledMs = performance.now();
  while (keeper.count().uncommitted > 0 && performance.now() - handledMs < COMMITTED_MS) await pass(POLL_MS);
  note('settled', { ms: Math.round(handledMs - startedMs) });
}

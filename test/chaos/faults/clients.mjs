/** Chaos: what happens to producers and consumers. */
import { setTimeout as pass } from 'node:timers/promises';
import { endsWithin } from '../team.mjs';

/** @typedef {import('./scene.js').FaultWork} FaultWork */

/** How long a service may take to end: a drain, the commits, the farewell. */
export const END_MS = 25_000;

/** kill -9; a supervisor starts it again. @type {FaultWork} */
export async function killMember({ team, startMember }, { target = '', ms = 0 }) {
  team.signal(target, 'SIGKILL');
  await team.get(target)?.ended;
  await pass(ms);
  startMember(target);
}

/** SIGTERM; a supervisor starts it again. @type {FaultWork} */
export async function endMember(scene, { target = '', ms = 0 }) {
  await leave(scene, target);
  await pass(ms);
  scene.startMember(target);
}

/** One that goes for good; the last one stays. @type {FaultWork} */
export async function leaveGroup(scene, { target = '' }) {
  const others = scene.team.running.filter(({ name }) => name !== target && !scene.plan.producers.includes(name));
  if (others.length > 0) await leave(scene, target);
}

/** @type {FaultWork} */
export async function freezeMember({ team }, { target = '', ms = 0 }) {
  team.signal(target, 'SIGSTOP');
  await pass(ms);
  team.signal(target, 'SIGCONT');
}

/** @type {FaultWork} */
export async function joinGroup({ team, startMember }, { target = '' }) {
  if (team.get(target) === undefined) startMember(target);
}

/** Killed in mid-batch; the next incarnation goes on with names of its own. @type {FaultWork} */
export async function killProducer({ team, startProducer }, { target = '', ms = 0 }) {
  if (team.get(target) === undefined) return; // its time was over
  team.signal(target, 'SIGKILL');
  await team.get(target)?.ended;
  await pass(ms);
  startProducer(target);
}

/** An order for the next call of a handler. @param {'block' | 'slow' | 'pause'} what @returns {FaultWork} */
export const order =
  (what) =>
  async ({ team }, { target = '', ms = 0 }) =>
    team.tell(target, { do: what, ms });

/** @param {import('./scene.js').Scene} scene @param {string} target */
async function leave({ team, note }, target) {
  const process = team.get(target);
  if (process === undefined) return;
  team.signal(target, 'SIGTERM');
  if (!(await endsWithin(process, END_MS))) note('hung', { who: target, of: process.incarnation, withinMs: END_MS });
}

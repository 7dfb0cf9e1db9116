/** Chaos: what happens between the clients and one broker: its leader's, its coordinator's, or any. */
import { setTimeout as pass } from 'node:timers/promises';

/** @typedef {import('./scene.js').FaultWork} FaultWork */

const SLOW_MS = 200;

/** @param {(proxy: import('../proxy.mjs').BrokerProxy) => void} hurt @returns {FaultWork} */
const forAWhile = (hurt) => async (scene, fault) => {
  const { proxy } = await scene.seatOf(fault);
  hurt(proxy);
  await pass(fault.ms ?? 0);
  await proxy.heal();
};

export const cut = forAWhile((proxy) => proxy.cut());
export const delay = forAWhile((proxy) => proxy.delay(SLOW_MS));
export const hold = forAWhile((proxy) => proxy.hold());

/** @type {FaultWork} */
export async function reset(scene, fault) {
  (await scene.seatOf(fault)).proxy.reset();
}

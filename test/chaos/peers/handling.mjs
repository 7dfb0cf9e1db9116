/** Chaos: the handler of a peer's process, message by message: it waits, throws, blocks and is slow as the plan says, and keeps the ledger. */
import { setTimeout as pass } from 'node:timers/promises';
import { hash } from '../random.mjs';

/** @typedef {{ do: 'block' | 'slow' | 'pause', ms: number }} Order
 *  @typedef {import('./api.js').Delivered} Delivered
 *  @typedef {import('./tasks.js').ConsumerTask} Task */

/** @param {Task} task @param {import('../ledger.mjs').Write} write */
export function createHandling(task, write) {
  let calls = 0;
  /** @type {Order | undefined} */
  let order;
  /** @type {Set<string>} */
  const thrown = new Set();
  process.on('message', (message) => {
    order = /** @type {Order} */ (message);
  });
  /** A call of ours has many messages, one of theirs has one: the same wait for the same work. */
  const waitMs = task.handler.waitMs / task.batchSize;

  return async (/** @type {Delivered} */ { topic, partition, message }) => {
    if (message.value === null) return; // a tombstone
    const { u } = JSON.parse(message.value.toString()).item;
    const call = calls++;
    write('begun', { call, attempt: 1, rows: { [`${topic}:${partition}`]: [0, [[Number(message.offset), u]]] } });
    const given = order;
    order = undefined;
    if (given !== undefined) write('order', given);
    if (given?.do === 'block') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, given.ms);
    else if (given !== undefined) await pass(given.ms);
    if (waitMs >= 1) await pass(waitMs);
    if (!thrown.has(u) && hash(`throw ${u}`) % 1_000 < task.handler.throwsPerMille) {
      thrown.add(u);
      write('threw', { call });
      throw new Error(`chaos: ${u}`);
    }
    write('handled', { call });
  };
}

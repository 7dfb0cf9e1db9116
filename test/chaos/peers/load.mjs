/** Chaos: the load of a peer's producer: the same messages at the same rate as ours, each to a partition of its own choice, since the answer names only
 *  the first offset of each partition. */
import { setTimeout as pass } from 'node:timers/promises';
import { createRandom, hash } from '../random.mjs';

/** @typedef {{ u: string, partition: number, key: string, value: string }} Record
 *  @typedef {import('./api.js').Answer} Answer
 *  @typedef {import('./tasks.js').ProducerTask} Task */

const BATCH = 20;
const MOST_UNDER_WAY = 3;

/** @param {Task} task @param {import('../ledger.mjs').Write} write @param {(records: readonly Record[]) => Promise<readonly Answer[]>} send */
export async function produceAll(task, write, send) {
  const random = createRandom(task.seed);
  let count = 0;
  const make = () => {
    const u = `${task.m}.${task.i}.${count++}`;
    const key = `k${random.int(0, task.keys - 1)}`;
    const hist = { svc: task.m, dt: new Date().toISOString(), refs: [] };
    const value = JSON.stringify({ item: { u, text: 'x'.repeat(random.int(0, 200)) }, hist });
    return { u, key, partition: hash(key) % task.partitions, value };
  };
  const sendBatch = async (/** @type {readonly Record[]} */ batch) => {
    write('sent', { us: batch.map(({ u }) => u) });
    try {
      write('acked', { rows: toRows(batch, await send(batch), task.topic) });
    } catch (error) {
      write('failed', { rows: batch.map(({ u }) => [u, 'possibly', /** @type {Error} */ (error).name]) });
    }
  };
  /** @type {Set<Promise<void>>} */
  const underWay = new Set();
  const until = Date.now() + task.untilMs;
  while (Date.now() < until) {
    const sending = sendBatch(Array.from({ length: BATCH }, make));
    underWay.add(sending);
    void sending.finally(() => underWay.delete(sending));
    await pass((BATCH / task.rate) * 1_000);
    while (underWay.size >= MOST_UNDER_WAY) await Promise.race(underWay);
  }
  await Promise.all(underWay);
}

/** Within a partition the records of one call follow each other. @param {readonly Record[]} batch @param {readonly Answer[]} answers @param {string} topic */
function toRows(batch, answers, topic) {
  const next = new Map(answers.map(({ partition, baseOffset, offset }) => [partition, Number(baseOffset ?? offset)]));
  return batch.map(({ u, partition }) => {
    const offset = next.get(partition) ?? -1;
    next.set(partition, offset + 1);
    return [u, `${topic}:${partition}`, offset, 'message'];
  });
}

/** Producing, the same for every engine: the events, cut into batches, with so many batches under way at once. */
import { toEvent } from './payload.mjs';

/** Different events; more would only fill the heap, which costs every engine alike. */
const POOL = 5_000;

/** Sends a warm-up batch, starts the clock, sends everything, stops it.
 *  @param {import('./worker.mjs').Task} task
 *  @param {(items: readonly import('./payload.mjs').Event[]) => Promise<unknown>} send resolves when all of them are acknowledged */
export async function produceAll({ messages, batchSize, inFlight, begin, end }, send) {
  const pool = Array.from({ length: POOL }, (_, n) => toEvent(n));
  const batches = Array.from({ length: Math.ceil(messages / batchSize) }, (_, i) =>
    cut(pool, i * batchSize, Math.min(messages, (i + 1) * batchSize)),
  );
  await send(cut(pool, 0, batchSize));
  /** @type {Set<Promise<unknown>>} */
  const underWay = new Set();
  begin();
  for (const batch of batches) {
    const sent = send(batch);
    if (inFlight === 1) {
      await sent;
      continue;
    }
    underWay.add(sent);
    // A failure is not lost here: everything in the set is awaited below.
    sent.then(() => underWay.delete(sent)).catch(() => undefined);
    if (underWay.size >= inFlight) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  end(0);
}

/** @template T @param {readonly T[]} pool @param {number} from @param {number} to @returns {T[]} */
const cut = (pool, from, to) => Array.from({ length: to - from }, (_, i) => /** @type {T} */ (pool[(from + i) % pool.length]));

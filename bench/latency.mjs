/** Latency, the same for every engine: one message every 5 ms, timed from the call that produces it until the handler has it. */
import { toEvent } from './payload.mjs';

const EVERY_MS = 5;
/** Not counted: connections, metadata, the first compilations. */
const WARM_UP = 100;

/** Sends until the first message arrives (the group has to form), then the warm-up, then what is measured.
 *  @param {import('./worker.mjs').Task} task
 *  @param {(item: import('./payload.mjs').Event) => Promise<unknown>} send
 *  @returns {{ received: (id: string) => void, finished: Promise<void> }} call `received` for each message in the handler */
export function latencyOf({ messages, begin, end }, send) {
  /** @type {Map<string, number>} */
  const sentMs = new Map();
  /** @type {number[]} */
  const latencies = [];
  let firstCounted = Number.POSITIVE_INFINITY;
  let n = 0;
  /** @type {(reason?: unknown) => void} */
  let reject;
  /** @type {() => void} */
  let resolve;
  const finished = /** @type {Promise<void>} */ (
    new Promise((yes, no) => {
      [resolve, reject] = [() => yes(undefined), no];
    })
  );
  const timer = setInterval(() => {
    const item = { ...toEvent(n), id: String(n) };
    sentMs.set(item.id, performance.now());
    if (n++ === firstCounted) begin();
    send(item).catch((error) => reject(error));
  }, EVERY_MS);
  const received = (/** @type {string} */ id) => {
    if (firstCounted === Number.POSITIVE_INFINITY) firstCounted = n + WARM_UP;
    if (Number(id) < firstCounted || latencies.length === messages) return;
    latencies.push(performance.now() - (sentMs.get(id) ?? 0));
    if (latencies.length < messages) return;
    clearInterval(timer);
    latencies.sort((a, b) => a - b);
    const at = (/** @type {number} */ share) => latencies[Math.min(messages - 1, Math.floor(messages * share))] ?? 0;
    end(0, { p50Ms: at(0.5), p99Ms: at(0.99) });
    resolve();
  };
  return { received, finished };
}

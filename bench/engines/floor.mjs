/** No Kafka at all: what JSON.parse of the values costs, the least any client in JavaScript can spend on its main thread; and what only waiting takes. */
import { setTimeout as pass } from 'node:timers/promises';
import { rankSumOf, toValue } from '../payload.mjs';
import { WAIT_MS } from '../waits.mjs';

/** @param {import('../worker.mjs').Task} task */
export async function parse({ messages, batchSize, begin, end }) {
  const dt = new Date().toISOString();
  // Through bytes, as a consumer gets them: a string fresh from JSON.stringify may lie in memory otherwise.
  const values = Array.from({ length: messages }, (_, n) => toValue(n, dt).toString('latin1'));
  let rankSum = 0;
  begin();
  for (let first = 0; first < messages; first += batchSize) {
    const batch = [];
    for (let n = first; n < Math.min(messages, first + batchSize); n++) batch.push(JSON.parse(/** @type {string} */ (values[n])));
    for (const { item } of batch) rankSum += item.rank;
  }
  end(rankSum);
}

/** The ideal of a handler that waits: `max` messages at once, all the time. @param {import('../worker.mjs').Task} task */
export async function wait({ messages, max, begin, end }) {
  const rankSum = rankSumOf(messages);
  begin();
  let left = messages;
  const worker = async () => {
    while (left-- > 0) await pass(WAIT_MS);
  };
  await Promise.all(Array.from({ length: max }, worker));
  end(rankSum);
}

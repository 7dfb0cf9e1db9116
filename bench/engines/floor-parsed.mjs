/** No Kafka at all: what is left of the ideal once each message's value is made a string and parsed before its wait, the least any client must do. */
import { setTimeout as pass } from 'node:timers/promises';
import { rankSumOf, toValue } from '../payload.mjs';
import { WAIT_MS } from '../waits.mjs';

/** Values in turn: their bytes are in no cache when their turn comes again. */
const POOL = 2_000;

/** @param {import('../worker.mjs').Task} task */
export async function wait({ messages, max, begin, end }) {
  const dt = new Date().toISOString();
  const values = Array.from({ length: POOL }, (_, n) => toValue(n, dt));
  const rankSum = rankSumOf(messages);
  begin();
  let left = messages;
  let parsed = 0;
  const worker = async () => {
    while (left-- > 0) {
      const value = /** @type {Buffer} */ (values[left % POOL]);
      const { item } = JSON.parse(value.latin1Slice());
      await pass(WAIT_MS);
      if (item.rank >= 0) parsed++;
    }
  };
  await Promise.all(Array.from({ length: max }, worker));
  if (parsed !== messages) throw new Error(`parsed ${parsed} of ${messages}`);
  end(rankSum);
}

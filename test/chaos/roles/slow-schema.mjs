/** Chaos: an asynchronous schema that takes everything, and its time for some of it: whole batches wait for their slowest message. */
import { setTimeout as pass } from 'node:timers/promises';
import { hash } from '../random.mjs';

const SLOW_PER_MILLE = 20;

/** @param {number} ms at most @returns {import('@standard-schema/spec').StandardSchemaV1<unknown, unknown>} */
export function slowSchema(ms) {
  /** @param {unknown} value */
  const validate = async (value) => {
    const { u } = /** @type {{ u: string }} */ (value);
    if (hash(`judge ${u}`) % 1_000 < SLOW_PER_MILLE) await pass(hash(u) % (ms + 1));
    return { value };
  };
  return { '~standard': { version: 1, vendor: 'chaos', validate } };
}

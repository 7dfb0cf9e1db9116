/** The committed seeds, for both fuzzers: one record a file, its parts (value, key, names and values of headers) parted by 0xfe. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NATIVE } from '../setup/paths.mjs';

export const SEEDS = join(NATIVE, 'fuzz/seeds/decode');
const SEPARATOR = 0xfe;

/** @returns {Buffer[]} the values */
export function readSeedValues() {
  return readdirSync(SEEDS)
    .sort()
    .map((name) => readFileSync(join(SEEDS, name)))
    .map((bytes) => (bytes.includes(SEPARATOR) ? bytes.subarray(0, bytes.indexOf(SEPARATOR)) : bytes));
}

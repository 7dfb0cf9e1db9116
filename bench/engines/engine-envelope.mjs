/** The native engine as a Consumer uses it: envelopes are checked and split in Rust, nothing is parsed in JavaScript. */
import { takeAll } from '../engine-alone.mjs';

export const raw = takeAll('envelope');

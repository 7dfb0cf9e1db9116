/** Chaos: what this build of the library can do, found by asking it: seeds use what is there. */

import { slowSchema } from './roles/slow-schema.mjs';

/** @typedef {import('./seed.mjs').Features} Features */

/** @param {string} lib path of its index.js @returns {Promise<Features>} */
export async function featuresOf(lib) {
  /** @type {typeof import('../../dist/index.js')} */
  const { Consumer } = await import(lib);
  const takes = (/** @type {Record<string, unknown>} */ options) => {
    try {
      // Making one does no I/O.
      new Consumer({ bootstrapServers: 'localhost:1', groupId: 'features', inputTopics: 't', logger: false, ...options });
      return true;
    } catch {
      return false; // a SettingsError: this build has no such option
    }
  };
  return {
    retry: takes({ retry: { attempts: 3, initialDelayMs: 200, maxDelayMs: 1_000 } }),
    deadLetter: takes({ deadLetter: { topic: 't.dlq' }, onInvalid: 'dead-letter' }),
    concurrency: takes({ concurrency: { max: 4, order: 'key' } }),
    schemas: takes({ inputTopics: { t: slowSchema(1) } }),
  };
}

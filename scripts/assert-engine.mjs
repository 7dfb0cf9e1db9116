/** Asserts that the addon just built can do all it promises: librdkafka's build drops a feature it cannot build without a word. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DIST, NATIVE } from './setup/paths.mjs';
import { SetupError } from './setup/report.mjs';

/** What a build from source must carry beyond what the library asks of any binary at load (src/engine/load.ts). */
const BUILT_IN = process.platform === 'win32' ? ['sasl_plain'] : ['sasl_gssapi', 'sasl_plain'];

/** @returns {Promise<string>} one line about the engine
 *  @throws {SetupError} naming what is missing */
export async function assertEngine() {
  const { loadChecked } = await import(pathToFileURL(join(DIST, 'engine/load.js')).href);
  const loader = createRequire(import.meta.url)(join(NATIVE, 'load.cjs'));
  const { version, features } = explained(() => loadChecked(loader)).engineInfo();
  const missing = BUILT_IN.filter((feature) => !features.split(',').includes(feature));
  if (missing.length > 0) throw new SetupError(`The native engine was built without ${missing.join(', ')}; it has: ${features}`);
  return `native engine: librdkafka ${version} with ${features}`;
}

/** @template T @param {() => T} load @returns {T} */
function explained(load) {
  try {
    return load();
  } catch (error) {
    throw new SetupError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

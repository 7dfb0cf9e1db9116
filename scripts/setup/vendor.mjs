/** Setup step: the crate with librdkafka in it lies where native/Cargo.toml names it; every cargo command that compiles or lints reads that folder. */
import { join } from 'node:path';
import { isVendored } from '../../native/vendor-librdkafka.mjs';
import { CACHE, NATIVE } from './paths.mjs';
import { SetupError, step } from './report.mjs';
import { runLogged, tail } from './run.mjs';
import { requireBuildTools } from './tools.mjs';

/** Downloads 5 MB and fills native/vendor when it is not what native/vendor-librdkafka.mjs makes now.
 *  @param {boolean} consent to install Rust where it is missing */
export async function ensureVendored(consent) {
  if (isVendored()) return;
  await requireBuildTools(consent);
  await step("librdkafka's sources (about 2 s)", async () => {
    const log = join(CACHE, 'logs', 'vendor-librdkafka.log');
    const code = await runLogged(process.execPath, [join(NATIVE, 'vendor-librdkafka.mjs')], { log });
    if (code !== 0) throw new SetupError(`native/vendor-librdkafka.mjs ended with ${code}:\n${tail(log)}`);
  });
}

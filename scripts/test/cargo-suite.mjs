/** Runs the Rust unit tests of native/core and counts them from cargo's result lines. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from '../setup/paths.mjs';
import { runLogged } from '../setup/run.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */

const RESULT = /^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored;/;

/** @returns {Promise<Tally>} */
export async function runCargoTests() {
  const log = join(CACHE, 'logs', 'cargo-test.log');
  const tally = { passed: 0, failed: 0, skipped: 0 };
  const onLine = (/** @type {string} */ line) => {
    const [, passed, failed, ignored] = RESULT.exec(line) ?? [];
    tally.passed += Number(passed ?? 0);
    tally.failed += Number(failed ?? 0);
    tally.skipped += Number(ignored ?? 0);
  };
  const code = await runLogged('cargo', ['test', '--manifest-path', 'native/core/Cargo.toml'], { log, onLine });
  // Did not compile, or collected nothing: cargo calls the latter a success.
  if ((code !== 0 || tally.passed === 0) && tally.failed === 0) tally.failed = 1;
  if (tally.failed > 0) process.stdout.write(readFileSync(log, 'utf8'));
  return tally;
}

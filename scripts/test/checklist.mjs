/** A list of checks that are told and counted one by one, so that one failure does not hide the others. */
import { tellFailure } from './tally.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */
/** @typedef {(name: string, work: () => unknown) => Promise<boolean>} Check says whether the work ended well */

/** Runs a suite of named checks.
 *  @param {string} suite stands before each line
 *  @param {(check: Check) => Promise<void>} work calls `check` for each; a throw outside of them is a failure of its own
 *  @returns {Promise<Tally>} */
export async function runChecklist(suite, work) {
  /** @type {Tally} */
  const tally = { passed: 0, failed: 0, skipped: 0 };
  /** @type {Check} */
  const check = async (name, run) => {
    const started = performance.now();
    const told = (/** @type {string} */ word) =>
      `${suite}: ${name}: ${word} after ${((performance.now() - started) / 1000).toFixed(1)} s\n`;
    try {
      const note = await run();
      tally.passed += 1;
      process.stdout.write(told(typeof note === 'string' ? `fine (${note})` : 'fine'));
      return true;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      tally.failed += 1;
      process.stdout.write(`${told('FAILED')}${message}\n`);
      tellFailure(`${suite} > ${name}: ${message}`);
      return false;
    }
  };
  try {
    await work(check);
  } catch (error) {
    tally.failed += 1;
    process.stdout.write(`${suite}: FAILED: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
    tellFailure(`${suite}: ${error instanceof Error ? error.message : error}`);
  }
  return tally;
}

/** For a check: what must be so. @param {unknown} fact @param {string} otherwise @returns {asserts fact} */
export function assertThat(fact, otherwise) {
  if (!fact) throw new Error(otherwise);
}

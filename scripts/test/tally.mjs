/** Counting what ran: one tally per suite, one line for all of them. */

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */

/** @param {readonly Tally[]} tallies @returns {Tally} */
export function sum(tallies) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of tallies) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}

/** @type {string[]} */
const told = [];

/** a message is cut here: the whole one stands further up in the log */
const FAILURE_CHARS = 800;

/** Keeps the name of what failed for the end of the run, where a log that is cut still shows it. @param {string} failure */
export const tellFailure = (failure) => {
  told.push(failure.slice(0, FAILURE_CHARS));
};

/** What failed in this run, in the order it did. @returns {readonly string[]} */
export const failures = () => told;

/** The line every run ends with. @param {Tally} tally */
export const toLine = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

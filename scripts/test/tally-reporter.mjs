/** A vitest reporter that writes what ran, per project, to the file in PHQ_TALLY: the runner adds it to the counts of the other suites. */
import { writeFileSync } from 'node:fs';

/** @typedef {import('./tally.mjs').Tally} Tally */

export default class TallyReporter {
  /** @param {readonly import('vitest/node').TestModule[]} modules @param {readonly unknown[]} unhandledErrors */
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {Record<string, Tally>} */
    const suites = {};
    for (const module of modules) {
      const tally = suites[module.project.name] ?? { passed: 0, failed: 0, skipped: 0 };
      suites[module.project.name] = tally;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') tally.passed += 1;
        else if (state === 'failed') tally.failed += 1;
        else tally.skipped += 1; // skipped, todo, or never reached
      }
      // A file that does not load, or whose hook fails, counts as a failure of its own: its tests may all be missing.
      tally.failed += module.errors().length;
      for (const suite of module.children.allSuites()) tally.failed += suite.errors().length;
    }
    writeFileSync(process.env.PHQ_TALLY ?? 'tally.json', JSON.stringify({ suites, unhandled: unhandledErrors.length }));
  }
}

/** A vitest reporter that writes what ran, per project, to the file in PHQ_TALLY: the runner adds it to the counts of the other suites
 *  and names what failed. */
import { channel } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ROOT } from '../setup/paths.mjs';

/** @typedef {import('./tally.mjs').Tally} Tally */

/** How workers ended that vitest did not end itself, with SIGTERM: it says only that one did. One that has done its work may be faster than the signal:
 *  an exit code 0 explains only what is missing.
 *  @type {{ how: string, isClean: boolean }[]} */
const ends = [];
channel('child_process').subscribe((message) => {
  const { process: child } = /** @type {{ process: import('node:child_process').ChildProcess }} */ (message);
  child.once('exit', (code, signal) => {
    const isWorker = child.spawnargs.some((arg) => arg.endsWith('workers/forks.js'));
    const how = `the worker with PID ${child.pid} ended by itself: ${signal ?? `exit code ${code}`}`;
    if (isWorker && signal !== 'SIGTERM') ends.push({ how, isClean: code === 0 });
  });
});

/** What vitest says of a file whose process went away is that some worker did. */
const NOT_ENDED = [{ message: 'has not ended; its process may have' }];

export default class TallyReporter {
  /** @param {readonly import('vitest/node').TestModule[]} modules @param {readonly unknown[]} unhandledErrors */
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {Record<string, Tally>} */
    const suites = {};
    const isMissing = unhandledErrors.length > 0 || modules.some((module) => module.state() === 'pending');
    /** @type {string[]} */
    const failures = ends.filter(({ isClean }) => isMissing || !isClean).map(({ how }) => how);
    for (const module of modules) {
      if (module.state() === 'pending') failures.push(toFailure(module, 'the file', NOT_ENDED));
      const tally = suites[module.project.name] ?? { passed: 0, failed: 0, skipped: 0 };
      suites[module.project.name] = tally;
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === 'passed') tally.passed += 1;
        else if (state === 'failed') {
          tally.failed += 1;
          failures.push(toFailure(module, test.fullName, errors));
        } else {
          tally.skipped += 1; // skipped, todo, or never reached
          if (state === 'pending') failures.push(toFailure(module, test.fullName, NOT_ENDED));
        }
      }
      // A file that does not load, or whose hook fails, counts as a failure of its own: its tests may all be missing.
      for (const { errors, name } of [{ errors: module.errors(), name: 'the file' }, ...[...module.children.allSuites()].map(toSuite)]) {
        tally.failed += errors.length;
        if (errors.length > 0) failures.push(toFailure(module, name, errors));
      }
    }
    writeFileSync(process.env.PHQ_TALLY ?? 'tally.json', JSON.stringify({ suites, unhandled: unhandledErrors.length, failures }));
  }
}

/** @param {import('vitest/node').TestSuite} suite */
const toSuite = (suite) => ({ errors: suite.errors(), name: suite.fullName });

/** @param {import('vitest/node').TestModule} module @param {string} name @param {readonly { message: string }[] | undefined} errors */
function toFailure(module, name, errors) {
  const why = (errors ?? []).map(({ message }) => stripVTControlCharacters(message)).join('; ');
  return `${relative(ROOT, module.moduleId)} > ${name}: ${why}`;
}

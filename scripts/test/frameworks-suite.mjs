/** The library inside other people's test runners: a small service under vitest, Jest and node:test, with the packages as users get them. */
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { platformName, readPackage, stagePackages } from '../pack/stage.mjs';
import { ensureFolder } from '../setup/folder.mjs';
import { CACHE, NATIVE, ROOT } from '../setup/paths.mjs';
import { runBounded } from './bounded.mjs';
import { runChecklist } from './checklist.mjs';

const FOLDER = join(ROOT, 'test/frameworks');

/** @returns {Promise<import('./tally.mjs').Tally>} one count per framework */
export function runFrameworks() {
  return runChecklist('frameworks', async (check) => {
    const staged = stagePackages({ out: join(CACHE, 'frameworks'), binaries: NATIVE });
    const packages = [staged.main, staged.platforms[platformName()] ?? ''];
    for (const framework of readdirSync(FOLDER)) {
      const project = join(FOLDER, framework);
      await check(framework, async () => {
        await ensureFolder(project);
        for (const each of packages) place(each, project);
        runBounded('npm', ['test', '--loglevel=error'], { cwd: project });
      });
    }
  });
}

/** Copied, not linked: a runner treats what lies in node_modules otherwise than what a link leads to.
 *  @param {string} staged @param {string} project */
function place(staged, project) {
  const target = join(project, 'node_modules', readPackage(staged).name);
  rmSync(target, { recursive: true, force: true });
  cpSync(staged, target, { recursive: true });
}

/** Chaos: a copy of the compiled library with a fault put in. */
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIST, NATIVE } from '../../scripts/setup/paths.mjs';

/** @typedef {import('./mutants.mjs').Change} Change */

/** Makes the copy in `folder`, which is emptied before. @param {string} folder @param {readonly Change[]} changes @returns {string} the copy's index.js
 *  @throws {Error} when a text to change is not there exactly once: the mutant has to follow the code */
export function mutate(folder, changes) {
  rmSync(folder, { recursive: true, force: true });
  cpSync(DIST, join(folder, 'dist'), { recursive: true });
  symlinkSync(NATIVE, join(folder, 'native')); // dist looks for the addon beside itself
  for (const { file, find, put } of changes) {
    const path = join(folder, 'dist', file);
    const text = readFileSync(path, 'utf8');
    const times = text.split(find).length - 1;
    if (times !== 1) throw new Error(`dist/${file} has ${times} times what a mutant changes, not once: ${find}`);
    writeFileSync(
      path,
      text.replace(find, () => put),
    );
  }
  return join(folder, 'dist', 'index.js');
}

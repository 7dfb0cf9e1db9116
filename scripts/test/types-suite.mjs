/** The declarations as users compile them: a sample that names every public export, under the oldest TypeScript that we promise and the newest. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder } from '../setup/folder.mjs';
import { DIST, inPackages, ROOT } from '../setup/paths.mjs';
import { runBounded } from './bounded.mjs';
import { assertThat, runChecklist } from './checklist.mjs';

const FOLDER = join(ROOT, 'test/types/oldest');

/** @returns {Promise<import('./tally.mjs').Tally>} one count per check */
export function runOldestTypes() {
  return runChecklist('types', async (check) => {
    await check('the sample names every public export', checkSampleIsWhole);
    await ensureFolder(FOLDER);
    await check('the oldest TypeScript', () => compile(join(FOLDER, 'node_modules/typescript/bin/tsc')));
    await check('the newest TypeScript', () => compile(inPackages('typescript/bin/tsc')));
  });
}

/** @param {string} tsc @returns {string} its version */
function compile(tsc) {
  runBounded(process.execPath, [tsc, '-p', FOLDER]);
  return runBounded(process.execPath, [tsc, '--version']).trim();
}

function checkSampleIsWhole() {
  const sample = readFileSync(join(FOLDER, 'sample.ts'), 'utf8');
  const imported = new Set(namesIn(sample, /^import \{([^}]*)\} from '@predicthq\/kafka(?:\/testing)?'/gm));
  const exported = ['index.d.ts', 'testing/index.d.ts'].flatMap((file) =>
    namesIn(readFileSync(join(DIST, file), 'utf8'), /^export (?:type )?\{([^}]*)\} from/gm),
  );
  assertThat(exported.length > 0, 'dist/index.d.ts exports nothing');
  const missing = exported.filter((name) => !imported.has(name));
  assertThat(missing.length === 0, `use them in test/types/oldest/sample.ts: ${missing.join(', ')}`);
}

/** The names in lists such as `{ type A, B }`. @param {string} text @param {RegExp} lists */
function namesIn(text, lists) {
  return [...text.matchAll(lists)]
    .flatMap(([, list = '']) => list.split(','))
    .map((name) => name.trim().replace(/^type /, ''))
    .filter((name) => name !== '');
}

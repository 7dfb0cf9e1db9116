/** Setup step: dist/ is what the TypeScript compiler makes of src/ as it lies here now. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { CACHE, DIST, inPackages, ROOT } from './paths.mjs';
import { SetupError, step } from './report.mjs';
import { runLogged } from './run.mjs';
import { filesUnder, hashOf, isStamped, stamp } from './stamp.mjs';

const STAMP = 'dist';
const INPUTS = ['src', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((name) => join(ROOT, name));

/** Compiles when a source changed since the last time. */
export async function ensureDist() {
  const hash = hashOf(INPUTS);
  if (isStamped(STAMP, hash) && existsSync(DIST)) return;
  await step('dist (about 2 s)', compile);
  stamp(STAMP, hash);
}

/** Compiles into a fresh folder and swaps it in: nothing of a removed source file stays, and a failure leaves the old dist alone. */
async function compile() {
  const next = `${DIST}.next`;
  const old = `${DIST}.old`;
  for (const folder of [next, old]) rmSync(folder, { recursive: true, force: true });
  const log = join(CACHE, 'logs', 'tsc.log');
  const args = ['-p', 'tsconfig.build.json', '--outDir', next, '--noEmitOnError'];
  const code = await runLogged(process.execPath, [inPackages('typescript/bin/tsc'), ...args], { log });
  if (code !== 0) throw new SetupError(`src/ does not compile:\n${readFileSync(log, 'utf8')}`);
  copyData(next);
  if (existsSync(DIST)) renameSync(DIST, old);
  renameSync(next, DIST);
  rmSync(old, { recursive: true, force: true });
}

/** Data that lies beside the code (the demo's input) goes where the code goes.
 *  @param {string} target */
function copyData(target) {
  const src = join(ROOT, 'src');
  for (const file of filesUnder(src, () => true)) {
    if (/\.[cm]?ts$/.test(file)) continue;
    const copy = join(target, relative(src, file));
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(file, copy);
  }
}

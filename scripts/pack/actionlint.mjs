/** The workflow files cannot be run here; actionlint reads them as GitHub would: syntax, expressions, names of runners and inputs. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from '../setup/paths.mjs';
import { runBounded } from '../test/bounded.mjs';

const VERSION = 'v1.7.12';
const FOLDER = join(CACHE, 'tools', `actionlint-${VERSION}`);

/** Compiles actionlint at its first use (5 s); shellcheck is left out, so that the result does not depend on what a machine has. */
export function checkWorkflow() {
  const actionlint = join(FOLDER, process.platform === 'win32' ? 'actionlint.exe' : 'actionlint');
  if (!existsSync(actionlint)) {
    mkdirSync(FOLDER, { recursive: true });
    runBounded('go', ['install', `github.com/rhysd/actionlint/cmd/actionlint@${VERSION}`], { env: { GOBIN: FOLDER } });
  }
  runBounded(actionlint, ['-shellcheck=', '-pyflakes=']);
}

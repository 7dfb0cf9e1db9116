/** The Python of the interop suite: a virtual environment in .cache with confluent-kafka in it, made on demand and kept. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../../scripts/setup/lock.mjs';
import { CACHE, ROOT } from '../../../scripts/setup/paths.mjs';
import { SetupError, step } from '../../../scripts/setup/report.mjs';
import { runLogged, tail } from '../../../scripts/setup/run.mjs';
import { hashOf, isStamped, stamp } from '../../../scripts/setup/stamp.mjs';
import { missingTools, PYTHON_TOOLS } from '../../../scripts/setup/tools.mjs';

const HOME = join(CACHE, 'interop-python');
const REQUIREMENTS = join(ROOT, 'test/interop/python/requirements.txt');
const STAMP = 'interop-python';

/** Resolves with the path of its interpreter. @throws SetupError when python3 is missing or the packages cannot be had */
export async function pythonInterpreter(): Promise<string> {
  const missing = missingTools(PYTHON_TOOLS);
  if (missing.length > 0) throw new SetupError(`Cannot run Python:\n${missing.map((line) => `  ${line}`).join('\n')}`);
  // The environment links to the python3 it was made with, so another version of that makes it stale.
  const version = spawnSync('python3', ['--version'], { encoding: 'utf8' }).stdout;
  const hash = hashOf([REQUIREMENTS], undefined, [version, HOME]);
  await withLock(`${HOME}.lock`, async () => {
    if (!isStamped(STAMP, hash)) await make(hash);
  });
  return join(HOME, 'bin', 'python');
}

async function make(hash: string): Promise<void> {
  await step('Python with confluent-kafka (5 MB, once)', async () => {
    rmSync(HOME, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', HOME]);
    // Wheels only: the source package would want librdkafka's headers and a compiler.
    await run(join(HOME, 'bin', 'python'), ['-m', 'pip', 'install', '--only-binary', ':all:', '-r', REQUIREMENTS]);
  });
  stamp(STAMP, hash);
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const log = join(CACHE, 'logs', 'interop-python.log');
  const code = await runLogged(command, args, { log });
  if (code !== 0) throw new SetupError(`${command} ${args.join(' ')} ended with ${code}:\n${tail(log)}`);
}

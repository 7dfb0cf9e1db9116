/** What `npm run check` consists of: format, lint, layers, types; the same for Rust. All of it reads, nothing writes. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, inPackages, NATIVE } from '../setup/paths.mjs';
import { SetupError } from '../setup/report.mjs';
import { runLogged } from '../setup/run.mjs';
import { tellFailure } from '../test/tally.mjs';
import { findNewerCrate } from './newer-crate.mjs';

/** @typedef {{ name: string, command: string, args: readonly string[] }} Check */

const DENY = ['--', '-D', 'warnings'];
/** Groups run side by side, a group's checks one after another (cargo has one lock).
 *  Clippy of the addon names release profile and target as `napi build` does: only then it reads that build's librdkafka instead of compiling another.
 *  @param {string} target @returns {readonly (readonly Check[])[]} */
const groups = (target) => [
  [
    {
      name: 'format, lint and layers (biome)',
      command: process.execPath,
      args: [inPackages('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'],
    },
    { name: 'types (tsc)', command: process.execPath, args: [inPackages('typescript/bin/tsc'), '-p', 'tsconfig.json'] },
    { name: 'lock file is complete', command: process.execPath, args: ['scripts/complete-lock.mjs', '--check'] },
    { name: 'generated settings', command: process.execPath, args: ['scripts/generate-settings.mjs', '--check'] },
  ],
  [
    { name: 'rustfmt', command: 'cargo', args: ['fmt', '--all', '--check', '--manifest-path', 'native/Cargo.toml'] },
    { name: 'rustfmt of the fuzzer', command: 'cargo', args: ['fmt', '--check', '--manifest-path', 'native/fuzz/Cargo.toml'] },
    {
      name: 'clippy of the core',
      command: 'cargo',
      args: ['clippy', '--manifest-path', 'native/core/Cargo.toml', '--all-targets', ...DENY],
    },
    {
      name: 'clippy of the engine',
      command: 'cargo',
      args: ['clippy', '--release', '--target', target, '--manifest-path', 'native/Cargo.toml', ...DENY],
    },
  ],
];

/** Runs all checks and prints the output of those that fail.
 *  @returns {Promise<import('../test/tally.mjs').Tally>} one count per check */
export async function runChecks() {
  const target = hostTarget();
  if (!existsSync(join(NATIVE, 'target', target, 'release')))
    process.stdout.write('check: the first run compiles librdkafka for clippy, about 5 min\n');
  const tally = { passed: 0, failed: 0, skipped: 0 };
  const runGroup = async (/** @type {readonly Check[]} */ group) => {
    for (const check of group) {
      if (await passes(check)) tally.passed += 1;
      else tally.failed += 1;
    }
  };
  await Promise.all(groups(target).map(runGroup));
  const advice = findNewerCrate(); // no check: what others publish must not turn a commit red
  if (advice !== null) process.stdout.write(`check: ${advice}\n`);
  return tally;
}

/** What Rust calls this machine, e.g. x86_64-unknown-linux-gnu. */
function hostTarget() {
  const { stdout } = spawnSync('rustc', ['-vV'], { encoding: 'utf8' });
  const [, host] = /^host: (.+)$/m.exec(stdout ?? '') ?? [];
  if (host === undefined) throw new SetupError(`rustc -vV names no host: ${stdout}`);
  return host;
}

/** @param {Check} check */
async function passes({ name, command, args }) {
  const started = performance.now();
  const log = join(CACHE, 'logs', `check-${name.replace(/\W+/g, '-')}.log`);
  const code = await runLogged(command, args, { log });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`check: ${name}: ${code === 0 ? 'fine' : 'FAILED'} after ${seconds} s\n`);
  if (code === 0) return true;
  process.stdout.write(readFileSync(log, 'utf8'));
  tellFailure(`check > ${name}: its output is above`);
  return false;
}

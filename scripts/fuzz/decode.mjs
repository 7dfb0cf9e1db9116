/** Runs native/fuzz: installs cargo-fuzz at its first use and starts libFuzzer on the decode path. */
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CACHE, NATIVE } from '../setup/paths.mjs';
import { SetupError, step } from '../setup/report.mjs';
import { runHere, runLogged, tail } from '../setup/run.mjs';
import { SEEDS } from './seeds.mjs';

const VERSION = '0.13.2';
const FOLDER = join(CACHE, 'tools', `cargo-fuzz-${VERSION}`);
/** What libFuzzer finds out about the code goes here, not among the committed seeds. */
const CORPUS = join(CACHE, 'fuzz', 'corpus');
const ARTIFACTS = join(CACHE, 'fuzz', 'artifacts');
/** Longer values only repeat what these show, 1000 levels of nesting included. */
const MAX_BYTES = 4096;

/** @param {{ runs: number, seed: number }} options @returns {Promise<number>} the exit code; a record that fails lies in .cache/fuzz/artifacts */
export async function fuzzDecode({ runs, seed }) {
  await ensureCargoFuzz();
  for (const folder of [CORPUS, ARTIFACTS]) mkdirSync(folder, { recursive: true });
  const target = ['fuzz', 'run', '--fuzz-dir', 'native/fuzz', '--target-dir', join(CACHE, 'fuzz', 'target'), 'decode', CORPUS, SEEDS];
  const limits = [`-runs=${runs}`, `-seed=${Math.max(1, seed)}`, `-max_len=${MAX_BYTES}`, '-timeout=10', '-rss_limit_mb=2048'];
  const rest = [`-dict=${join(NATIVE, 'fuzz/decode.dict')}`, `-artifact_prefix=${ARTIFACTS}/`, '-print_final_stats=1', '-verbosity=1'];
  // Stable Rust refuses the sanitizer's flags without the variable.
  const env = { RUSTC_BOOTSTRAP: '1', PATH: `${join(FOLDER, 'bin')}${delimiter}${process.env.PATH}` };
  return runHere('cargo', [...target, '--', ...limits, ...rest], { env });
}

async function ensureCargoFuzz() {
  if (existsSync(join(FOLDER, 'bin/cargo-fuzz'))) return;
  await step('cargo-fuzz (about 40 s)', async () => {
    const log = join(CACHE, 'logs', 'cargo-fuzz.log');
    const code = await runLogged('cargo', ['install', 'cargo-fuzz', '--version', VERSION, '--locked', '--root', FOLDER], { log });
    if (code !== 0) throw new SetupError(`cargo install cargo-fuzz ended with ${code}:\n${tail(log)}`);
  });
}

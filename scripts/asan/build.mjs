/** The addon and librdkafka once more, compiled with AddressSanitizer, in a folder of their own beside the real build. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, NATIVE } from '../setup/paths.mjs';
import { SetupError, step } from '../setup/report.mjs';
import { runLogged, tail } from '../setup/run.mjs';
import { hashOf, isStamped, stamp } from '../setup/stamp.mjs';

/** The sanitizer's flags are tried on this platform only. */
const TARGET = 'x86_64-unknown-linux-gnu';
const STAMP = 'addon-asan';
const TARGET_DIR = join(CACHE, 'asan/target');
const ADDON = join(TARGET_DIR, TARGET, 'release/libphq_kafka_engine.so');
const BUILT = ['target', 'vendor', 'fuzz'];

const C_FLAGS = '-fsanitize=address -fno-omit-frame-pointer -g1 -O1';
const BUILD_ENV = {
  RUSTC_BOOTSTRAP: '1', // stable Rust refuses the sanitizer's flag without it
  RUSTFLAGS: '-Zsanitizer=address -Cforce-frame-pointers=yes',
  [`CFLAGS_${TARGET.replaceAll('-', '_')}`]: C_FLAGS,
  [`CXXFLAGS_${TARGET.replaceAll('-', '_')}`]: C_FLAGS,
  CARGO_PROFILE_RELEASE_STRIP: 'false',
  CARGO_PROFILE_RELEASE_DEBUG: 'line-tables-only',
  CARGO_PROFILE_RELEASE_LTO: 'false',
  // The configure scripts of the C libraries run programs that leak.
  ASAN_OPTIONS: 'detect_leaks=0',
};

/** Builds it when a source changed since the last time.
 *  @returns {Promise<string>} the addon's file
 *  @throws {SetupError} when the platform is another or the build fails */
export async function ensureSanitizedAddon() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new SetupError(`test:asan runs on Linux x64 only, this is ${process.platform} ${process.arch}`);
  const hash = hashOf([NATIVE], (name) => !BUILT.includes(name) && !name.endsWith('.node'), Object.values(BUILD_ENV));
  if (isStamped(STAMP, hash) && existsSync(ADDON)) return ADDON;
  const howLong = existsSync(TARGET_DIR) ? 'seconds when only our own code changed' : 'first run about 5 min';
  await step(`native engine with AddressSanitizer (${howLong})`, build);
  stamp(STAMP, hash);
  return ADDON;
}

/** @param {(text: string) => void} note */
async function build(note) {
  const log = join(CACHE, 'logs', 'native-asan.log');
  const args = ['build', '--release', '--target', TARGET, '--target-dir', TARGET_DIR, '--manifest-path', 'native/Cargo.toml'];
  const code = await runLogged('cargo', args, { log, env: BUILD_ENV, onLine: (line) => note(line.trim()) });
  if (code !== 0) throw new SetupError(`The sanitized engine did not build (exit ${code}; whole log: ${log}):\n${tail(log)}`);
}

/** The sanitizer's runtime must be in the process before anything is loaded; plain `node` does not have it. */
export function runtimeLibrary() {
  const { stdout } = spawnSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' });
  const path = stdout?.trim() ?? '';
  if (!existsSync(path)) throw new SetupError('gcc has no libasan; on Debian it comes with gcc (libasan8)');
  return path;
}

/** Setup step: the native addon is built, in release mode, from the sources that lie here now. */
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, inPackages, NATIVE } from './paths.mjs';
import { SetupError, step } from './report.mjs';
import { runLogged, tail } from './run.mjs';
import { hashOf, isStamped, stamp } from './stamp.mjs';
import { requireBuildTools } from './tools.mjs';

const STAMP = 'addon';
/** Not built from: what cargo leaves, librdkafka (has a check of its own), the fuzzers. */
const NO_SOURCES = ['target', 'vendor', 'fuzz'];
const isSource = (/** @type {string} */ name) => !NO_SOURCES.includes(name) && !name.endsWith('.node') && !name.endsWith('.cjs');
const isAddon = (/** @type {string} */ name) => name.endsWith('.node');

/** Builds the addon when a source changed since the last build.
 *  @param {{ consent: boolean, verify: () => Promise<string> }} options consent to install Rust where it is missing; `verify` throws on an unfit build,
 *  which then does not count as built, and otherwise describes it */
export async function ensureAddon({ consent, verify }) {
  const hash = hashOf([NATIVE], isSource, [process.platform, process.arch]);
  if (isStamped(STAMP, hash) && readdirSync(NATIVE).some(isAddon)) return;
  await requireBuildTools(consent);
  const first = !existsSync(join(NATIVE, 'target/release'));
  const howLong = first ? 'first run about 5 min: it compiles librdkafka and OpenSSL' : 'seconds when only our own code changed';
  await step(`native engine (${howLong})`, build);
  process.stderr.write(`setup: ${await verify()}\n`);
  stamp(STAMP, hash);
}

/** Builds beside and then moves into place: a running process keeps the file it has mapped, where copying over it would crash it.
 *  @param {(text: string) => void} note */
async function build(note) {
  const log = join(CACHE, 'logs', 'native.log');
  const out = join(CACHE, 'addon');
  const args = ['build', '--platform', '--release', '--no-js', '--dts', 'kafka.d.ts', '--manifest-path', 'native/Cargo.toml'];
  const code = await runLogged(
    process.execPath,
    [inPackages('@napi-rs/cli/dist/cli.js'), ...args, '--package-json-path', 'package.json', '-o', out],
    {
      log,
      onLine: (line) => note(line.trim()),
    },
  );
  if (code !== 0) throw new SetupError(`The native engine did not build (exit ${code}; whole log: ${log}):\n${tail(log)}`);
  for (const name of readdirSync(out).filter(isAddon)) renameSync(join(out, name), join(NATIVE, name));
}

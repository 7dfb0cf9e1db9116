/** `phq-kafka build-engine`: compiles the native engine from the sources in this package, for a platform without a prebuilt one. */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Below native/. Named, because a user's own settings may put cargo's output elsewhere; and of its own, so that removing it costs a checkout nothing. */
const OUTPUT = 'target/build-engine';
/** Where vendor-librdkafka.mjs puts librdkafka's sources. A checkout has them already and keeps them. */
const SOURCES = 'vendor';
const LIBRARY: Partial<Record<NodeJS.Platform, string>> = { darwin: 'libphq_kafka_engine.dylib', win32: 'phq_kafka_engine.dll' };

/** Builds and puts the binary where the library looks first. Resolves with the exit code: 0, or that of what failed.
 *  Needs Rust 1.88, gcc and g++, make, perl, cmake and npm; downloads 5 MB of sources and the crates; takes about five minutes. */
export async function buildEngine(say: (line: string) => void): Promise<number> {
  const native = fileURLToPath(new URL('../../native/', import.meta.url));
  say('Building the native engine with cargo: about 5 minutes, mostly librdkafka and OpenSSL');
  const { platformName } = createRequire(import.meta.url)(`${native}load.cjs`) as { platformName(): string };
  const platform = platformName();
  const litter = existsSync(`${native}${SOURCES}`) ? [OUTPUT] : [OUTPUT, SOURCES];
  const code = (await fetchSources(native, say)) || (await runCargo(native, platform, say));
  if (code !== 0) return code;
  const target = `${native}kafka.${platform}.node`;
  // Copied beside and moved into place: a running process keeps the file that it has mapped.
  await copyFile(`${native}${OUTPUT}/release/${LIBRARY[process.platform] ?? 'libphq_kafka_engine.so'}`, `${target}.new`);
  await rename(`${target}.new`, target);
  // Some hundred megabytes that nobody needs any more.
  await Promise.all(litter.map((folder) => rm(`${native}${folder}`, { recursive: true, force: true })));
  say(`Built ${target}`);
  return 0;
}

/** librdkafka's sources are not in this package, which would be ten times as large; the script checks what it downloads against pinned hashes. */
function fetchSources(native: string, say: (line: string) => void): Promise<number> {
  const node = spawn(process.execPath, [`${native}vendor-librdkafka.mjs`], { stdio: 'inherit' });
  return exitOf(node, (error) => say(`node cannot be started (${error.message})`));
}

function runCargo(native: string, platform: string, say: (line: string) => void): Promise<number> {
  const env: NodeJS.ProcessEnv = { ...process.env };
  // A library that is loaded by another program cannot carry its own libc, as Rust would have it do on musl.
  if (platform.endsWith('-musl')) env.RUSTFLAGS = join(env.RUSTFLAGS, '-C target-feature=-crt-static');
  const args = ['build', '--release', '--locked', '--manifest-path', 'Cargo.toml', '--target-dir', OUTPUT];
  return exitOf(spawn('cargo', args, { cwd: native, env, stdio: 'inherit' }), ({ message }) =>
    say(`cargo cannot be started (${message}): install Rust 1.88 or newer, on Debian: apt-get install cargo-web rustc-web`),
  );
}

function exitOf(child: ChildProcess, onMissing: (error: Error) => void): Promise<number> {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      onMissing(error);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

const join = (given: string | undefined, ours: string): string => (given === undefined ? ours : `${given} ${ours}`);

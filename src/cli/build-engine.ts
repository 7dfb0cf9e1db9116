/** `phq-kafka build-engine`: compiles the native engine from the sources in this package, for a platform without a prebuilt one. */

import { spawn } from 'node:child_process';
import { copyFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

// The same two that .cargo/config.toml sets in a checkout, where the reason is given.
const ATOMICS = '-DHAVE_ATOMICS_32_ATOMIC=1 -DHAVE_ATOMICS_64_ATOMIC=1';
/** Below native/. Named, because a user's own settings may put cargo's output elsewhere; and of its own, so that removing it costs a checkout nothing. */
const OUTPUT = 'target/build-engine';
const LIBRARY: Partial<Record<NodeJS.Platform, string>> = { darwin: 'libphq_kafka_engine.dylib', win32: 'phq_kafka_engine.dll' };

/** Builds and puts the binary where the library looks first. Resolves with the exit code: 0, or cargo's.
 *  Needs Rust 1.88, gcc and g++, make, perl and cmake; takes about five minutes. */
export async function buildEngine(say: (line: string) => void): Promise<number> {
  const native = fileURLToPath(new URL('../../native/', import.meta.url));
  say('Building the native engine with cargo: about 5 minutes, mostly librdkafka and OpenSSL');
  const { platformName } = createRequire(import.meta.url)(`${native}load.cjs`) as { platformName(): string };
  const platform = platformName();
  const code = await runCargo(native, platform, say);
  if (code !== 0) return code;
  const target = `${native}kafka.${platform}.node`;
  // Copied beside and moved into place: a running process keeps the file that it has mapped.
  await copyFile(`${native}${OUTPUT}/release/${LIBRARY[process.platform] ?? 'libphq_kafka_engine.so'}`, `${target}.new`);
  await rename(`${target}.new`, target);
  // Some hundred megabytes that nobody needs any more.
  await rm(`${native}${OUTPUT}`, { recursive: true, force: true });
  say(`Built ${target}`);
  return 0;
}

function runCargo(native: string, platform: string, say: (line: string) => void): Promise<number> {
  const { CFLAGS, RUSTFLAGS } = process.env;
  const env: NodeJS.ProcessEnv = { ...process.env, CFLAGS: join(CFLAGS, ATOMICS) };
  // A library that is loaded by another program cannot carry its own libc, as Rust would have it do on musl.
  if (platform.endsWith('-musl')) env.RUSTFLAGS = join(RUSTFLAGS, '-C target-feature=-crt-static');
  const args = ['build', '--release', '--locked', '--manifest-path', 'Cargo.toml', '--target-dir', OUTPUT];
  const cargo = spawn('cargo', args, { cwd: native, env, stdio: 'inherit' });
  return new Promise((resolve) => {
    cargo.on('error', (error) => {
      say(`cargo cannot be started (${error.message}): install Rust 1.88 or newer, on Debian: apt-get install cargo-web rustc-web`);
      resolve(1);
    });
    cargo.on('close', (code) => resolve(code ?? 1));
  });
}

const join = (given: string | undefined, ours: string): string => (given === undefined ? ours : `${given} ${ours}`);

/** Asks crates.io whether the crate rdkafka-sys has caught up: then native/vendor-librdkafka.mjs and the patch in native/Cargo.toml are needless. */
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { LIBRDKAFKA } from '../../native/vendor-librdkafka.mjs';

const TIMEOUT_MS = 10_000;

/** @returns {string | null} what to tell; null while the crate is behind and when crates.io does not answer: a check must not need the network */
export function findNewerCrate() {
  // Away from our manifest, which would make cargo describe the patched crate.
  const { status, stdout } = spawnSync('cargo', ['info', '--quiet', 'rdkafka-sys'], {
    cwd: tmpdir(),
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  return status === 0 ? describeCrate(stdout) : null;
}

/** @param {string} info what `cargo info` prints @returns {string | null} */
export function describeCrate(info) {
  const [, version, carried = ''] = /^version: (\S+\+(\S+))/m.exec(info) ?? [];
  if (version === undefined) return `cargo info says nothing of the librdkafka in rdkafka-sys: mend scripts/check/newer-crate.mjs`;
  if (carried.localeCompare(LIBRDKAFKA, 'en', { numeric: true }) < 0) return null;
  return `rdkafka-sys ${version} carries librdkafka ${carried}: native/vendor-librdkafka.mjs is needless, see docs/decisions/0007-librdkafka-2.15.md`;
}

/** Lays out native/vendor/rdkafka-sys: the crate of that name with a newer librdkafka in it than any release of the crate has
 *  (docs/decisions/0007-librdkafka-2.15.md). Runs before cargo, in a checkout and in the published package (`phq-kafka build-engine`), hence plain Node. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The hash is the one crates.io publishes. */
const CRATE = { version: '4.10.0+2.12.1', sha256: 'e234cf318915c1059d4921ef7f75616b5219b10b46e9f3a511a15eb4b56a3f77' };
/** Confluent's own client carries librdkafka's sources; the hash is the `integrity` that npm publishes. It is unpacked and never installed. */
const CLIENT = {
  name: '@confluentinc/kafka-javascript@1.10.1',
  tarball: 'confluentinc-kafka-javascript-1.10.1.tgz',
  sha512: 'KVePUBn21EqCVP9mfxzEuM3SYJHHEF7X+iiC2e43QQgDSyEaksInmCGooT3w5q+cNAdkSCrK71j0ICfqoSqZLw==',
};
export const LIBRDKAFKA = '2.15.1';

const NATIVE = dirname(fileURLToPath(import.meta.url));
const VENDOR = join(NATIVE, 'vendor');
const FILLED = join(VENDOR, 'rdkafka-sys');
/** Inside the folder: what this script was when it filled it. */
const MARK = join(FILLED, 'filled-by');

/** Does the folder hold what this script, as it is now, would put there? */
export const isVendored = () => existsSync(MARK) && readFileSync(MARK, 'utf8') === ownHash();

const ownHash = () =>
  createHash('sha256')
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .digest('hex');

/** Fills beside and moves into place, so that what is there is whole. Needs cargo, npm, tar, and both registries or their caches. */
function vendor() {
  const work = join(VENDOR, 'next');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const crate = unpackCrate(work);
  replaceSources(crate, unpackClient(work));
  repairConfig(crate);
  addErrorCodes(crate);
  edit(join(crate, 'Cargo.toml'), [[`version = "${CRATE.version}"`, `version = "${CRATE.version.replace(/\+.*/, `+${LIBRDKAFKA}`)}"`]]);
  writeFileSync(join(crate, 'filled-by'), ownHash());
  rmSync(FILLED, { recursive: true, force: true });
  renameSync(crate, FILLED);
  rmSync(work, { recursive: true });
}

/** cargo downloads it for a manifest of its own: ours cannot be read while the folder that it names is missing.
 *  @param {string} work @returns {string} */
function unpackCrate(work) {
  const [short] = CRATE.version.split('+');
  mkdirSync(join(work, 'src'));
  writeFileSync(join(work, 'src/lib.rs'), '');
  const dependency = `rdkafka-sys = { version = "=${short}", default-features = false }`;
  writeFileSync(join(work, 'Cargo.toml'), `[package]\nname = "source"\nedition = "2024"\n[workspace]\n[dependencies]\n${dependency}\n`);
  const { packages } = readMetadata(join(work, 'Cargo.toml'));
  const found = packages.find((/** @type {{ name: string }} */ it) => it.name === 'rdkafka-sys');
  const name = `rdkafka-sys-${CRATE.version}`;
  // $CARGO_HOME/registry/src/REGISTRY/NAME/Cargo.toml lies unpacked what registry/cache/REGISTRY/NAME.crate is, and only that has a published hash.
  const registry = dirname(dirname(found.manifest_path));
  copyFileSync(join(registry, '../../cache', basename(registry), `${name}.crate`), join(work, 'crate.tgz'));
  unpack(work, 'crate.tgz', { algorithm: 'sha256', encoding: 'hex', expected: CRATE.sha256 });
  return join(work, name);
}

/** From cargo's cache, if it has all of it, so that a machine without network can be set up again.
 *  @param {string} manifest */
function readMetadata(manifest) {
  const read = (/** @type {readonly string[]} */ more, /** @type {'ignore' | 'inherit'} */ stderr) => {
    const args = ['metadata', '--quiet', '--format-version', '1', '--manifest-path', manifest, ...more];
    return JSON.parse(
      execFileSync('cargo', args, { cwd: NATIVE, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', stderr] }),
    );
  };
  try {
    return read(['--offline'], 'ignore');
  } catch {
    return read([], 'inherit'); // says itself what is wrong
  }
}

/** @param {string} work @returns {string} */
function unpackClient(work) {
  // In the caller's folder and not in ours: there lies the .npmrc that names the registry. npm is a script on Windows, which only a shell runs.
  const args = ['pack', CLIENT.name, '--pack-destination', work, '--ignore-scripts', '--prefer-offline', '--loglevel=error'];
  execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' });
  unpack(work, CLIENT.tarball, { algorithm: 'sha512', encoding: 'base64', expected: CLIENT.sha512 });
  return join(work, 'package/deps/librdkafka');
}

/** By relative names, because a tar that comes with git for Windows takes C: for a host.
 *  @param {string} work @param {string} tarball @param {{ algorithm: string, encoding: 'hex' | 'base64', expected: string }} hash */
function unpack(work, tarball, { algorithm, encoding, expected }) {
  const actual = createHash(algorithm)
    .update(readFileSync(join(work, tarball)))
    .digest(encoding);
  if (actual !== expected)
    throw new Error(`${tarball} is not the file that was reviewed: its ${algorithm} is ${actual}, expected ${expected}`);
  execFileSync('tar', ['-xzf', tarball], { cwd: work });
}

/** The client leaves out `packaging`, where cmake's modules are; those are the crate's. Nothing else of the old librdkafka stays.
 *  @param {string} crate @param {string} sources */
function replaceSources(crate, sources) {
  const target = join(crate, 'librdkafka');
  cpSync(join(target, 'packaging'), join(sources, 'packaging'), { recursive: true });
  rmSync(target, { recursive: true });
  rmSync(join(sources, 'tests'), { recursive: true }); // 10 of 14 MB, built by nobody here
  renameSync(sources, target);
}

/** What `./configure` finds out and cmake's template lacks. Without the first two, atomic setters return a wrong value and ALL_BROKERS_DOWN is never
 *  raised (librdkafka issue 5282; test/scenarios/all-brokers-down.test.ts); without the last, 2.15 does not compile.
 *  @param {string} crate */
function repairConfig(crate) {
  edit(join(crate, 'librdkafka/packaging/cmake/config.h.in'), [
    ['# else\n#  define ATOMIC_OP32', '# else\n#  define HAVE_ATOMICS_32_ATOMIC 1\n#  define ATOMIC_OP32'],
    ['# else\n#  define ATOMIC_OP64', '# else\n#  define HAVE_ATOMICS_64_ATOMIC 1\n#  define ATOMIC_OP64'],
    [
      '#cmakedefine01 WITH_PKGCONFIG',
      '#if defined(__linux__) || defined(__APPLE__)\n# define HAVE_GETENTROPY 1\n#endif\n\n#cmakedefine01 WITH_PKGCONFIG',
    ],
  ]);
}

/** The bindings' closed enum gets the codes of the new header. Our own declarations take integers (native/src/rk/sys.rs); this keeps the rest true.
 *  @param {string} crate */
function addErrorCodes(crate) {
  const header = readFileSync(join(crate, 'librdkafka/src/rdkafka.h'), 'utf8');
  const known = readFileSync(join(crate, 'src/bindings.rs'), 'utf8');
  const all = [...header.matchAll(/\b(RD_KAFKA_RESP_ERR_\w+)\s*=\s*(-?\d+)/g)].map(([, name = '', code]) => ({ name, code: Number(code) }));
  const added = all.filter(({ name }) => !known.includes(`    ${name} = `));
  const end = Math.max(...all.map(({ code }) => code)) + 1;
  const [, oldEnd] = /RD_KAFKA_RESP_ERR_END_ALL = (\d+),/.exec(known) ?? [];
  const list = (/** @type {(it: { name: string, code: number }) => string} */ toLine) => added.map((it) => `${toLine(it)}\n`).join('');
  const camel = (/** @type {string} */ name) =>
    name.replace('RD_KAFKA_RESP_ERR_', '').replace(/_?([A-Z0-9])([A-Z0-9]*)/g, (_, first, rest) => first + rest.toLowerCase());
  const [variants, arms] = ['    #[doc(hidden)]\n    EndAll,', '        RD_KAFKA_RESP_ERR_END_ALL => EndAll,'];
  edit(join(crate, 'src/bindings.rs'), [
    [
      `    RD_KAFKA_RESP_ERR_END_ALL = ${oldEnd},`,
      `${list(({ name, code }) => `    ${name} = ${code},`)}    RD_KAFKA_RESP_ERR_END_ALL = ${end},`,
    ],
  ]);
  edit(join(crate, 'src/types.rs'), [
    [variants, `${list(({ name, code }) => `    #[doc(hidden)]\n    ${camel(name)} = ${code},`)}    #[doc(hidden)]\n    EndAll = ${end},`],
  ]);
  edit(join(crate, 'src/helpers.rs'), [[arms, `${list(({ name }) => `        ${name} => ${camel(name)},`)}${arms}`]]);
}

/** Each text must be there: a patch that no longer applies is an error, not a build without it.
 *  @param {string} file @param {readonly (readonly [from: string, to: string])[]} changes */
function edit(file, changes) {
  let text = readFileSync(file, 'utf8');
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`${file} does not hold ${JSON.stringify(from)}`);
    text = text.replace(from, () => to);
  }
  writeFileSync(file, text);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href && !isVendored()) vendor();

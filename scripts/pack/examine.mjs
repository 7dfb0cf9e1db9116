/** What the packed packages are examined for without running them: size, hooks, files, and what publint and attw say. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../setup/paths.mjs';
import { filesUnder } from '../setup/stamp.mjs';
import { runBounded } from '../test/bounded.mjs';
import { assertThat } from '../test/checklist.mjs';

export const TOOLS = join(ROOT, 'scripts/pack/tools');

/** Unpacked, in bytes. The main package is 2.7 MB, half of it source maps; a platform's 12.8 MB, librdkafka and OpenSSL.
 *  What exceeds this arrived unnoticed: a data set, a bundle, debug symbols. */
const BUDGET = { main: 3_500_000, platform: 16_000_000 };

const HOOKS = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'preprepare', 'postprepare'];

/** @param {string} folder @param {keyof typeof BUDGET} kind @returns {string} how much of it is used */
export function checkSize(folder, kind) {
  const bytes = filesUnder(folder, () => true).reduce((sum, file) => sum + statSync(file).size, 0);
  const inMb = (/** @type {number} */ size) => `${(size / 1e6).toFixed(1)} MB`;
  assertThat(bytes <= BUDGET[kind], `${folder} is ${inMb(bytes)} unpacked; its budget is ${inMb(BUDGET[kind])}`);
  return `${inMb(bytes)} of ${inMb(BUDGET[kind])}`;
}

/** Nothing may run at install time, neither of ours nor of what we bring along; npm runs node-gyp on its own where a binding.gyp lies.
 *  @param {string} project its node_modules are read */
export function checkHooks(project) {
  const folder = join(project, 'node_modules');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const manifests = files.filter((file) => /(^|node_modules[\\/])(@[^\\/]+[\\/])?[^\\/]+[\\/]package\.json$/.test(file));
  assertThat(manifests.length >= 2, `${folder} holds no packages`);
  for (const file of manifests) {
    const { name, scripts = {} } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const hooks = HOOKS.filter((hook) => hook in scripts);
    assertThat(hooks.length === 0, `${name} runs ${hooks.join(', ')} at installation`);
  }
  assertThat(!files.some((file) => file.endsWith('binding.gyp')), 'a binding.gyp makes npm run node-gyp at installation');
}

/** @param {string} tarball */
export function lintPackage(tarball) {
  runBounded(process.execPath, [join(TOOLS, 'node_modules/publint/src/cli.js'), 'run', tarball, '--strict']);
}

/** Do the types say what each kind of importer gets? ESM only: CommonJS requires the ES module itself (Node 20.19 and newer).
 *  @param {string} tarball */
export function checkTypesOfEntries(tarball) {
  const attw = join(TOOLS, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  runBounded(process.execPath, [attw, tarball, '--profile', 'esm-only', '--no-emoji', '--no-color']);
}

/** What is built, fetched, or for tests alone. */
const NOT_SHIPPED = ['target', 'vendor', 'fuzz'];

/** `build-engine` compiles what lies in the package and what its script fetches: the sources must be whole and the lock file complete.
 *  @param {string} installed the main package in a project's node_modules */
export function checkEngineSources(installed) {
  runBounded(process.execPath, [join(installed, 'native/vendor-librdkafka.mjs')]);
  const manifest = join(installed, 'native/Cargo.toml');
  const args = ['metadata', '--locked', '--offline', '--format-version', '1', '--manifest-path', manifest];
  const { packages } = JSON.parse(runBounded('cargo', args));
  const ours = packages.filter((/** @type {{ manifest_path: string }} */ it) => it.manifest_path.startsWith(installed));
  assertThat(ours.length === 3, `expected the engine, its core and rdkafka-sys among the sources, found ${ours.length}`);
  const lacking = filesUnder(join(ROOT, 'native'), (name) => !NOT_SHIPPED.includes(name))
    .filter((file) => /\.(rs|toml|lock)$/.test(file) && !file.endsWith('rustfmt.toml'))
    .map((file) => file.slice(ROOT.length + 1))
    .filter((file) => !filesUnder(installed, () => true).includes(join(installed, file)));
  assertThat(lacking.length === 0, `the package lacks ${lacking.join(', ')}`);
}

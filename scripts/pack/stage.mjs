/** Lays out the packages as they are published: the main one, and one for each platform as napi lays them out. `npm run pack:check` and the release
 *  workflow both come here, so what was checked is what users get. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { inPackages, ROOT } from '../setup/paths.mjs';
import { SetupError } from '../setup/report.mjs';
import { runBounded } from '../test/bounded.mjs';

/** @typedef {{ name: string, version: string, main?: string, scripts?: unknown, devDependencies?: unknown, napi?: unknown,
 *    optionalDependencies?: Record<string, string>, repository?: unknown, license: string }} PackageJson */
/** @typedef {{ main: string, platforms: Record<string, string> }} Staged folders; platforms by napi's name, e.g. linux-x64-gnu */

/** @param {{ out: string, binaries: string, repository?: string | undefined }} options absolute folders; `binaries` holds kafka.<platform>.node files, and a
 *  platform without one is laid out without it; `repository` is owner/name on GitHub, which npm compares with the provenance
 *  @returns {Staged} */
export function stagePackages({ out, binaries, repository }) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const platforms = stagePlatforms(out, binaries, repository);
  const main = stageMain(out, Object.values(platforms), repository);
  return { main, platforms };
}

/** A platform's package is found by literal name in native/load.cjs, so a target that it does not list would never be loaded.
 *  @param {string} out @param {string} binaries @param {string | undefined} repository @returns {Record<string, string>} */
function stagePlatforms(out, binaries, repository) {
  const folder = join(out, 'npm');
  runBounded(process.execPath, [inPackages('@napi-rs/cli/dist/cli.js'), 'create-npm-dirs', '--npm-dir', relative(ROOT, folder)]);
  const loader = readFileSync(join(ROOT, 'native/load.cjs'), 'utf8');
  return Object.fromEntries(
    readdirSync(folder).map((platform) => {
      const staged = join(folder, platform);
      const { name, main = '' } = edit(staged, (it) => ({ ...it, ...repositoryOf(repository) }));
      if (!loader.includes(`require('${name}')`)) throw new SetupError(`native/load.cjs does not know ${name}`);
      const binary = join(binaries, main);
      if (existsSync(binary)) copyFileSync(binary, join(staged, main));
      return [platform, staged];
    }),
  );
}

/** What `npm pack` takes from the checkout, with a package.json for users: the platform packages added, what only this repository needs left out.
 *  @param {string} out @param {readonly string[]} platforms @param {string | undefined} repository */
function stageMain(out, platforms, repository) {
  const tarball = packFolder(ROOT, out);
  runBounded('tar', ['-xzf', tarball, '-C', out]);
  rmSync(tarball);
  const staged = join(out, 'main');
  renameSync(join(out, 'package'), staged);
  const packages = platforms.map(readPackage);
  edit(staged, ({ scripts, devDependencies, napi, ...kept }) => {
    const other = packages.find(({ version }) => version !== kept.version);
    if (other !== undefined) throw new SetupError(`${other.name} is ${other.version}, the main package ${kept.version}`);
    const optionalDependencies = Object.fromEntries(packages.map(({ name, version }) => [name, version]));
    return { ...kept, optionalDependencies, ...repositoryOf(repository) };
  });
  return staged;
}

/** @param {string | undefined} repository */
const repositoryOf = (repository) =>
  repository === undefined ? {} : { repository: { type: 'git', url: `git+https://github.com/${repository}.git` } };

/** `npm pack` of a folder. @param {string} folder @param {string} destination @returns {string} the tarball's path */
export function packFolder(folder, destination) {
  mkdirSync(destination, { recursive: true });
  const args = ['pack', folder, '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', destination];
  const packed = /** @type {{ filename: string }[]} */ (JSON.parse(runBounded('npm', args)));
  const [{ filename } = { filename: '' }] = packed;
  return join(destination, filename);
}

/** @param {string} folder @returns {PackageJson} */
export const readPackage = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** @param {string} folder @param {(it: PackageJson) => PackageJson} change @returns {PackageJson} */
function edit(folder, change) {
  const changed = change(readPackage(folder));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(changed, null, 2)}\n`);
  return changed;
}

/** Packs what was staged. @param {Staged} staged @param {string} destination @returns {import('./project.mjs').Tarballs} absolute paths */
export function packStaged(staged, destination) {
  rmSync(destination, { recursive: true, force: true });
  const platforms = Object.values(staged.platforms).map((folder) => [readPackage(folder).name, packFolder(folder, destination)]);
  return { main: packFolder(staged.main, destination), platforms: Object.fromEntries(platforms) };
}

/** This machine in napi's spelling, e.g. linux-x64-gnu. @returns {string} */
export const platformName = () => createRequire(import.meta.url)(join(ROOT, 'native/load.cjs')).platformName();

/** Adds to package-lock.json the platform packages that npm left out: behind a registry mirror that carries only its own platform, npm writes no entry
 *  for the others and `npm ci` then refuses the file as out of step, everywhere. Run it after `npm install`; `--check` only looks.
 *  An entry made here has no integrity, since the package was not seen; npm fills it in where it can. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './setup/paths.mjs';
import { runMain, SetupError } from './setup/report.mjs';

/** @typedef {{ version?: string, optional?: boolean, dev?: boolean, optionalDependencies?: Record<string, string>, os?: string[], cpu?: string[], libc?: string[] }} Entry */

const CPUS = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'wasm32', 'loong64'];
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openbsd', 'openharmony', 'win32'];

await runMain(async () => {
  const file = join(ROOT, 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = findMissing(lock.packages);
  if (missing.length === 0) return;
  if (process.argv.includes('--check'))
    throw new SetupError(`package-lock.json lacks:\n${missing.map(([path]) => `  ${path}`).join('\n')}`);
  const entries = [...Object.entries(lock.packages), ...missing].sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(entries) }, null, 2)}\n`);
  process.stdout.write(`${missing.map(([path]) => `added ${path}`).join('\n')}\n`);
});

/** @param {Record<string, Entry>} packages @returns {[path: string, entry: Entry][]} */
function findMissing(packages) {
  return Object.entries(packages).flatMap(([parent, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !(`node_modules/${name}` in packages) && !(`${parent}/node_modules/${name}` in packages))
      .map(([name, version]) => /** @type {[string, Entry]} */ ([`node_modules/${name}`, toEntry(name, version, entry)])),
  );
}

/** The platform is read from the name's last words: napi, esbuild and Biome all spell it there.
 *  @param {string} name @param {string} version @param {Entry} parent @returns {Entry} */
function toEntry(name, version, parent) {
  if (!/^\d+\.\d+\.\d+$/.test(version))
    throw new SetupError(`${name}@${version} is not pinned by its parent: complete package-lock.json by hand`);
  const words = (name.split('/').at(-1) ?? name).split('-');
  const cpu = CPUS.filter((each) => words.includes(each));
  const os = SYSTEMS.filter((each) => words.includes(each));
  if (cpu.length !== 1 || (os.length !== 1 && cpu[0] !== 'wasm32'))
    throw new SetupError(`${name}: no platform in its name; complete package-lock.json by hand`);
  const libc = words.includes('musl') ? { libc: ['musl'] } : words.includes('gnu') ? { libc: ['glibc'] } : {};
  return { version, cpu, ...(parent.dev ? { dev: true } : {}), ...libc, optional: true, ...(os.length > 0 ? { os } : {}) };
}

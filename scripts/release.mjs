/** What the release workflow asks of this checkout: `pack --binaries DIR --out DIR [--repository OWNER/NAME]` lays out and packs all packages and a project
 *  to try them in; `publish --out DIR [--dry-run]` publishes those tarballs, the platforms' first. */
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeProject } from './pack/project.mjs';
import { packStaged, readPackage, stagePackages } from './pack/stage.mjs';
import { ROOT } from './setup/paths.mjs';
import { runMain, SetupError } from './setup/report.mjs';
import { runHere } from './setup/run.mjs';
import { setUp } from './setup.mjs';
import { runBounded } from './test/bounded.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    binaries: { type: 'string', default: 'binaries' },
    out: { type: 'string', default: 'release' },
    repository: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
  },
});
const out = resolve(ROOT, values.out);

await runMain(async () => {
  const [command] = positionals;
  if (command === 'pack') return pack();
  if (command === 'publish') return publish();
  throw new SetupError('Usage: node scripts/release.mjs pack | publish');
});

async function pack() {
  await setUp({ addon: false });
  const { repository } = values;
  const staged = stagePackages({ out: join(out, 'stage'), binaries: resolve(ROOT, values.binaries), repository });
  const empty = Object.entries(staged.platforms).filter(([, folder]) => !existsSync(join(folder, readPackage(folder).main ?? '')));
  if (empty.length > 0) throw new SetupError(`No binary for ${empty.map(([platform]) => platform).join(', ')} in ${values.binaries}`);
  const { main, platforms } = packStaged(staged, join(out, 'tarballs'));
  const project = join(out, 'project');
  const fromProject = (/** @type {string} */ file) => relative(project, file).replaceAll('\\', '/');
  const others = Object.entries(platforms).map(([name, file]) => [name, fromProject(file)]);
  writeProject(project, { main: fromProject(main), platforms: Object.fromEntries(others) });
  process.stdout.write(`${[main, ...Object.values(platforms)].join('\n')}\n`);
}

/** The main package goes last: once it can be installed, all it names can be. What is published already is passed over, so that a release which broke
 *  in the middle can be started again. */
async function publish() {
  const folder = join(out, 'tarballs');
  const { name: main, version } = readPackage(ROOT);
  const isMain = (/** @type {string} */ file) => file === `${main.slice(1).replace('/', '-')}-${version}.tgz`;
  const files = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  if (!files.some(isMain)) throw new SetupError(`${folder} holds no tarball of ${main} ${version}`);
  for (const file of files.toSorted((a, b) => Number(isMain(a)) - Number(isMain(b)))) {
    const name = nameIn(join(folder, file));
    if (isPublished(name, version)) {
      process.stdout.write(`${name}@${version} is published already\n`);
      continue;
    }
    const how = values['dry-run'] ? ['--dry-run'] : ['--provenance'];
    const code = await runHere('npm', ['publish', join(folder, file), '--access', 'public', '--ignore-scripts', ...how]);
    if (code !== 0) throw new SetupError(`npm publish of ${name} ended with ${code}; run the workflow's job again`);
  }
}

/** @param {string} tarball @returns {string} */
function nameIn(tarball) {
  return JSON.parse(runBounded('tar', ['-xzOf', tarball, 'package/package.json'])).name;
}

/** @param {string} name @param {string} version */
function isPublished(name, version) {
  try {
    return runBounded('npm', ['view', `${name}@${version}`, 'version', '--loglevel=error']).trim() === version;
  } catch (error) {
    if (error instanceof SetupError && error.message.includes('E404')) return false;
    throw error;
  }
}

/** `npm run pack:check`: packs the library and this platform's package as a release does, installs both in an empty project, and uses them there:
 *  as ES module, by require(), bundled, typed, with the README's first example, and without a binary. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkWorkflow } from './pack/actionlint.mjs';
import { checkEngineSources, checkHooks, checkSize, checkTypesOfEntries, lintPackage, TOOLS } from './pack/examine.mjs';
import { installProject, writeProject } from './pack/project.mjs';
import { packStaged, platformName, stagePackages } from './pack/stage.mjs';
import { checkBuildEngine, checkBundles, checkCommand, checkExample, checkMissingEngine, checkProgram } from './pack/use.mjs';
import { ensureFolder } from './setup/folder.mjs';
import { CACHE, NATIVE } from './setup/paths.mjs';
import { runMain } from './setup/report.mjs';
import { setUp } from './setup.mjs';
import { runChecklist } from './test/checklist.mjs';
import { toLine } from './test/tally.mjs';

const OUT = join(CACHE, 'pack');

/** @returns {Promise<import('./test/tally.mjs').Tally>} one count per check */
export function checkPackages() {
  return runChecklist('pack', async (check) => {
    await ensureFolder(TOOLS);
    const staged = stagePackages({ out: join(OUT, 'stage'), binaries: NATIVE });
    const tarballs = packStaged(staged, join(OUT, 'tarballs'));
    const project = join(OUT, 'project');
    const installed = join(project, 'node_modules/@predicthq/kafka');

    await check('release workflow (actionlint)', checkWorkflow);
    await check('size of the main package', () => checkSize(staged.main, 'main'));
    await check('size of the platform package', () => checkSize(staged.platforms[platformName()] ?? '', 'platform'));
    await check('publint', () => lintPackage(tarballs.main));
    await check('are the types wrong (attw)', () => checkTypesOfEntries(tarballs.main));

    writeProject(project, tarballs);
    if (!(await check('npm install in an empty project', () => installProject(project)))) return;
    await check('nothing runs at installation', () => checkHooks(project));
    await check('ES module', () => checkProgram(project, 'esm.mjs'));
    await check('CommonJS', () => checkProgram(project, 'required.cjs'));
    await check('esbuild bundles, the library external', () => checkBundles(project));
    await check("the README's first example", () => checkExample(project));
    await check('the command phq-kafka', () => checkCommand(project));
    await check('sources for build-engine', () => checkEngineSources(installed));

    const bare = join(OUT, 'project-without-engine');
    writeProject(bare, tarballs);
    await check('a missing binary is told as the contract says', () => {
      installProject(bare, ['--omit=optional']);
      checkMissingEngine(bare);
    });
    await check('build-engine mends that', () => checkBuildEngine(bare));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runMain(async () => {
    await setUp();
    const tally = await checkPackages();
    process.stdout.write(`${toLine(tally)}\n`);
    return tally.failed > 0 ? 1 : 0;
  });
}

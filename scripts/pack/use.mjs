/** Uses the installed packages in the empty project as their users do. */
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inPackages, NATIVE, ROOT } from '../setup/paths.mjs';
import { runBounded } from '../test/bounded.mjs';
import { assertThat } from '../test/checklist.mjs';
import { TOOLS } from './examine.mjs';
import { platformName, readPackage } from './stage.mjs';

/** @param {string} project @param {string} program */
export function checkProgram(project, program) {
  const printed = runBounded(process.execPath, [program], { cwd: project });
  assertThat(printed === '3 messages\n', `${program} printed: ${printed}`);
}

/** Both kinds of bundle; the library stays outside, because a bundle cannot hold the addon.
 *  @param {string} project */
export function checkBundles(project) {
  const esbuild = join(TOOLS, 'node_modules/esbuild/bin/esbuild');
  const args = ['--bundle', '--platform=node', '--target=node20.19', '--external:@predicthq/kafka', '--log-level=warning'];
  runBounded(esbuild, ['esm.mjs', ...args, '--format=esm', '--outfile=bundles/bundle.mjs'], { cwd: project });
  runBounded(esbuild, ['required.cjs', ...args, '--format=cjs', '--outfile=bundles/bundle.cjs'], { cwd: project });
  checkProgram(project, 'bundles/bundle.mjs');
  checkProgram(project, 'bundles/bundle.cjs');
}

/** Compiles the example as strictly as a user may, then runs it as a service on an embedded broker.
 *  @param {string} project @returns {string} what it answered */
export function checkExample(project) {
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
    outDir: 'compiled',
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.ts'] }));
  rmSync(join(project, 'compiled'), { recursive: true, force: true });
  runBounded(process.execPath, [inPackages('typescript/bin/tsc'), '-p', project]);
  return runBounded(process.execPath, ['run-example.mjs', 'compiled/example.js'], { cwd: project }).trim();
}

/** @param {string} project */
export function checkCommand(project) {
  const printed = runBounded('npx', ['--no-install', 'phq-kafka', '--version'], { cwd: project }).trim();
  const { version } = readPackage(ROOT);
  assertThat(printed === version, `phq-kafka --version printed ${printed}, the package is ${version}`);
}

/** @param {string} project one in which no platform package is installed */
export function checkMissingEngine(project) {
  const { code, message } = JSON.parse(runBounded(process.execPath, ['missing-engine.mjs'], { cwd: project }));
  assertThat(code === 'ENGINE_MISSING', `the error's code is ${code}: ${message}`);
  const wanted = [platformName(), `@predicthq/kafka-${platformName()}`, 'npx phq-kafka build-engine'];
  for (const part of wanted) assertThat(message.includes(part), `the error does not name ${part}: ${message}`);
}

/** The command up to the compiler and from it on: where cargo is to build stands a script that takes the binary of this checkout, because compiling it anew
 *  would take five minutes. Whether the sources suffice is `checkEngineSources`.
 *  @param {string} project one in which no platform package is installed */
export function checkBuildEngine(project) {
  const folder = join(project, 'stand-in');
  const binary = join(NATIVE, `kafka.${platformName()}.node`);
  const library = process.platform === 'darwin' ? 'libphq_kafka_engine.dylib' : 'libphq_kafka_engine.so';
  mkdirSync(folder);
  // The last argument is where cargo is to put its output.
  const real = `if [ "$1" = metadata ]; then PATH="\${PATH#*${folder}:}"; exec cargo "$@"; fi\n`;
  const script = `#!/bin/sh\nset -e\n${real}test -f Cargo.toml -a -f Cargo.lock -a -f core/Cargo.toml -a -f vendor/rdkafka-sys/Cargo.toml\nfor out; do :; done\nmkdir -p "$out/release"\ncp '${binary}' "$out/release/${library}"\n`;
  writeFileSync(join(folder, 'cargo'), script);
  chmodSync(join(folder, 'cargo'), 0o755);
  runBounded('npx', ['--no-install', 'phq-kafka', 'build-engine'], {
    cwd: project,
    env: { PATH: `${folder}${delimiter}${process.env.PATH}` },
  });
  const sources = join(project, 'node_modules/@predicthq/kafka/native/vendor');
  assertThat(!existsSync(sources), `build-engine left ${sources}`);
  checkProgram(project, 'esm.mjs');
}

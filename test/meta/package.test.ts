/** The package as its users get it: ESM and CommonJS can load it, loading does nothing, and the tarball holds what it needs. Reads dist/ as built. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const ENTRIES = ['@predicthq/kafka', '@predicthq/kafka/testing'];

/** Runs code in a fresh process at the root, where the package resolves to itself through its own `exports`. */
function run(code: string, type: 'module' | 'commonjs'): { readonly stdout: string; readonly stderr: string } {
  const { stdout, stderr } = spawnSync(process.execPath, [`--input-type=${type}`, '-e', code], { encoding: 'utf8' });
  return { stdout, stderr };
}

/** Notes every addon that is loaded and every timer, socket or signal handler that is open. */
const WATCH =
  'let loads = 0; const dlopen = process.dlopen; process.dlopen = (...args) => { loads++; return dlopen.apply(process, args); };';
const TELL =
  'console.log(loads, process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|UDP|Addr|Signal|Message|Watch/.test(name)).length, Object.keys(it).length > 0);';

test.each(ENTRIES)('%s can be imported and required; that loads no addon, opens nothing and prints nothing', (entry) => {
  const imported = run(`${WATCH} const it = await import('${entry}'); ${TELL}`, 'module');
  expect(imported).toEqual({ stdout: '0 0 true\n', stderr: '' });
  const required = run(`${WATCH} const it = require('${entry}'); ${TELL}`, 'commonjs');
  // Node 20 tells that require() of ESM is experimental; later ones are silent.
  expect(required.stdout).toBe('0 0 true\n');
  expect(required.stderr.replace(/^.*(ExperimentalWarning: CommonJS module|Use `node --trace-warnings).*\n/gm, '')).toBe('');
});

test('the tarball holds dist, the loader and what build-engine compiles, neither TypeScript nor a binary', () => {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--loglevel=error'], { encoding: 'utf8' });
  const listed = JSON.parse(stdout) as { files: { path: string }[] }[];
  const paths = listed.flatMap(({ files }) => files.map(({ path }) => path));
  expect(paths).toContain('native/load.cjs');
  expect(paths).toContain('dist/index.d.ts');
  const expected =
    /^(dist\/|native\/(load\.cjs|vendor-librdkafka\.mjs|Cargo\.(toml|lock)|build\.rs)$|native\/(core\/)?src\/.+\.rs$|native\/core\/Cargo\.toml$|(package\.json|README\.md|CHANGELOG\.md)$)/;
  expect(paths.filter((path) => !expected.test(path))).toEqual([]);
  expect(paths.filter((path) => path.endsWith('.node'))).toEqual([]);
});

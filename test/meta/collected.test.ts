/** Every test file is run by a project, has a name the runner knows, and a scenario says in its first line what it shows. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const files = readdirSync('test', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  // test/frameworks holds projects of their own, which other runners run (npm run test:frameworks).
  .filter((file) => !file.includes('node_modules') && !file.startsWith('test/frameworks/'));
const looksLikeATest = (file: string): boolean => /[.-](test|spec)(-d)?\.[cm]?[jt]sx?$/.test(file);

/** Folders with code that tests use but that are none themselves. */
const SUPPORT = ['test/setup/', 'test/vectors/'];

test('every file named like a test is collected by a project', () => {
  const args = ['node_modules/vitest/vitest.mjs', 'list', '--filesOnly', '--json'];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const listed = (JSON.parse(stdout) as { file: string }[]).map(({ file }) => relative(process.cwd(), file));
  const collected = new Set(listed);
  expect(files.filter((file) => looksLikeATest(file) && !collected.has(file))).toEqual([]);
  expect(collected.size).toBeGreaterThan(0);
});

test('every file that calls test() is named like one', () => {
  const calls = files.filter((file) => /\.[cm]?tsx?$/.test(file) && /^(test|it|describe)(\.\w+)*\(/m.test(readFileSync(file, 'utf8')));
  expect(calls.filter((file) => !looksLikeATest(file) && !SUPPORT.some((folder) => file.startsWith(folder)))).toEqual([]);
});

test("a scenario's first line is a comment with a sentence", () => {
  const scenarios = files.filter((file) => /^test\/(scenarios|conformance|real|interop)\//.test(file) && looksLikeATest(file));
  const firstLine = (file: string): string => readFileSync(file, 'utf8').split('\n', 1)[0] ?? '';
  const isSentence = (line: string): boolean => /^(\/\/|\/\*\*) .{20,}/.test(line) && line.split(' ').length > 4;
  expect(scenarios.filter((file) => !isSentence(firstLine(file)))).toEqual([]);
});

test('every suite the runner names is a project of vitest.config.ts, and none is left out', () => {
  const runner = readFileSync('scripts/test.mjs', 'utf8');
  const config = readFileSync('vitest.config.ts', 'utf8');
  const projects = [...config.matchAll(/name: '([\w-]+)'/g)].map(([, name]) => name);
  const run = [...runner.matchAll(/^const \w+ = \[(.*)\];$/gm)].flatMap(([, list]) =>
    [...(list ?? '').matchAll(/'([\w-]+)'/g)].map(([, name]) => name),
  );
  expect(run.toSorted()).toEqual(projects.toSorted());
});

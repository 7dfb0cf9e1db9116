/** The setup scripts: a lock that two processes share, a stamp that notices every change, tools named with what to install. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from '../../scripts/setup/lock.mjs';
import { hashOf } from '../../scripts/setup/stamp.mjs';
import { missingTools } from '../../scripts/setup/tools.mjs';
import { sum, toLine } from '../../scripts/test/tally.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phq-setup-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const LOCK = pathToFileURL('scripts/setup/lock.mjs').href;

/** A process that takes the lock, notes `in`, lets others run, notes `out`. */
function contender(lock: string, log: string): Promise<number | null> {
  const code = `
    import { appendFileSync } from 'node:fs';
    import { withLock } from '${LOCK}';
    await withLock('${lock}', async () => {
      appendFileSync('${log}', 'in ');
      for (let i = 0; i < 50; i++) await new Promise(setImmediate);
      appendFileSync('${log}', 'out ');
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'inherit' });
  return new Promise((resolve) => child.once('exit', resolve));
}

test('processes that want the same lock take turns, also after one that died with it', async () => {
  const lock = join(folder, 'lock');
  const log = join(folder, 'log');
  const { pid } = spawnSync(process.execPath, ['-e', '0']);
  writeFileSync(lock, `${pid} 1`); // left by a process that is gone
  const codes = await Promise.all([1, 2, 3, 4].map(() => contender(lock, log)));
  expect(codes).toEqual([0, 0, 0, 0]);
  expect(readFileSync(log, 'utf8')).toBe('in out '.repeat(4));
  expect(existsSync(lock)).toBe(false);
});

test('a lock whose process id now belongs to another process is taken over', async () => {
  const lock = join(folder, 'lock');
  writeFileSync(lock, `${process.pid} 1`); // our own id, but another start time
  expect(await withLock(lock, async () => 'ran')).toBe('ran');
});

test('the lock is free again after work that failed', async () => {
  const lock = join(folder, 'lock');
  await expect(withLock(lock, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(lock)).toBe(false);
});

test('the hash of a folder changes with a content, a name, a removal and a fact, and with nothing else', () => {
  const file = join(folder, 'sub', 'a.rs');
  mkdirSync(join(folder, 'sub'));
  writeFileSync(file, 'one');
  const first = hashOf([folder]);
  expect(hashOf([folder])).toBe(first);
  expect(hashOf([folder], () => true, ['arm64'])).not.toBe(first);
  expect(hashOf([folder], (name) => name !== 'sub')).not.toBe(first);
  writeFileSync(file, 'two');
  expect(hashOf([folder])).not.toBe(first);
  writeFileSync(file, 'one');
  writeFileSync(join(folder, 'b.rs'), '');
  expect(hashOf([folder])).not.toBe(first);
});

test('a missing tool and one that is too old are each named in one line with what to install', () => {
  const lines = missingTools([
    { name: 'nope', probe: ['phq-no-such-tool'], install: 'apt-get install nope' },
    { name: 'node', probe: ['node', '--version'], atLeast: '99.0', install: 'https://nodejs.org' },
    { name: 'fine', probe: ['node', '--version'], atLeast: '20.0', install: 'never shown' },
  ]);
  expect(lines).toEqual([
    'nope is missing; install it: apt-get install nope',
    expect.stringMatching(/^node is \d+\.\d+, needed is 99\.0 or newer; install it: https:\/\/nodejs\.org$/),
  ]);
});

test('tallies add up to one line', () => {
  const total = sum([
    { passed: 2, failed: 0, skipped: 1 },
    { passed: 3, failed: 1, skipped: 0 },
  ]);
  expect(toLine(total)).toBe('5 passed, 1 failed, 1 skipped');
});

/** The mutants of the chaos suite fit the library as it is: what they change is there once, and what they make of it is JavaScript. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MUTANTS } from '../../chaos/mutants.mjs';
import { mutate } from '../../chaos/mutate.mjs';

const folder = mkdtempSync(join(tmpdir(), 'phq-mutants-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.for(MUTANTS)('a build that $name', { timeout: 30_000 }, ({ changes }) => {
  const copy = join(folder, 'copy');
  mutate(copy, changes);
  for (const { file } of changes) {
    const checked = spawnSync(process.execPath, ['--check', join(copy, 'dist', file)], { encoding: 'utf8' });
    expect(checked.stderr).toBe('');
  }
});

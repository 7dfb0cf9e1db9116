// A process or worker thread ends quickly however it ends, with clients open, closed, connecting or stuck; a forgotten one keeps nothing alive.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, writeRaw } from '../support/consuming.js';

const CHILD = fileURLToPath(new URL('support/exit-child.mjs', import.meta.url));
/** From the child's last word to its end. A client that nobody closed may take 300 ms to say goodbye. */
const QUICK_MS = 3_000;

const WAYS: readonly (readonly [way: string, exitCode: number])[] = [
  ['forgotten', 0],
  ['closed', 0],
  ['processing and exit', 3],
  ['producing and exit', 3],
  ['connecting and exit', 3],
  ['handler stuck and exit', 3],
  ['uncaught throw', 1],
  ['worker terminated', 0],
  ['worker exits with its clients open', 0],
];

test.concurrent.for(WAYS)('%s', async ([way, exitCode]) => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: envelope(1) }]);
  const child = spawn(process.execPath, [CHILD, way, broker.bootstrapServers], { stdio: ['ignore', 'pipe', 'pipe'] });
  let saidMs: number | undefined;
  let errors = '';
  child.stdout.on('data', () => {
    saidMs ??= performance.now();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const overdue = setTimeout(() => child.kill('SIGKILL'), 15_000);
  const end = await new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  clearTimeout(overdue);
  expect({ end, errors }).toEqual({
    end: { code: exitCode, signal: null },
    errors: exitCode === 1 ? expect.stringContaining('nobody catches me') : '',
  });
  expect(performance.now() - (saidMs ?? 0)).toBeLessThan(QUICK_MS);
});

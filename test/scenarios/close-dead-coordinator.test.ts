// Two hundred consumers whose coordinator is gone close in time, each within its closeTimeoutMs; no crash, no thread left, and the process ends.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const CHILD = fileURLToPath(new URL('support/many-closes-child.mjs', import.meta.url));
const DEADLINE_MS = 120_000;

test('200 closes', { timeout: DEADLINE_MS + 5_000 }, async () => {
  const child = spawn(process.execPath, [CHILD], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const overdue = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  const end = await new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  clearTimeout(overdue);
  expect({ end, stdout, stderr }).toEqual({
    end: { code: 0, signal: null },
    stdout: '{"closed":200,"other":[],"late":0,"threadsLeft":0}\n',
    stderr: '',
  });
});

/** The real Kafka that tests start dies with them: after a kill -9 of its starter neither a JVM nor its data is left. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const CLUSTER = pathToFileURL('scripts/kafka/cluster.mjs').href;
const STARTER = `
  import { startKafka } from '${CLUSTER}';
  const { brokers, folder } = await startKafka();
  console.log(JSON.stringify({ pid: brokers[0].pid, folder }));
  setInterval(() => undefined, 1000);`;

test('killing the starter kills the broker and removes its folder', async () => {
  const starter = spawn(process.execPath, ['--input-type=module', '-e', STARTER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: starter.stdout }), 'line')) as [string];
  const { pid, folder } = JSON.parse(line) as { pid: number; folder: string };
  expect(isAlive(pid)).toBe(true);
  starter.kill('SIGKILL');
  await expect.poll(() => isAlive(pid) || existsSync(folder), { timeout: 10_000 }).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

// The demo loses nothing where the embedded broker forgets most: all data in one partition, several times what that keeps.
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { inputFile, runPhqKafka } from './support/demo.js';

test('15 MB under one key arrive through a partition that keeps 5 MB', async () => {
  const lines = Array.from({ length: 75 }, () => JSON.stringify({ id: 'same', noise: randomBytes(37_500).toString('base64') }));
  // The replays' ids differ; without replays all are in one partition.
  const file = inputFile([...lines, ...lines, ...lines, ...lines].join('\n'));
  const { exitCode, stdout, stderr } = await runPhqKafka(['demo', '--input', file]);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(stdout).toContain('Nothing lost: 300 in, 300 out');
});

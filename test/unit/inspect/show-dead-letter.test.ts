import { expect, test } from 'vitest';
import type { Cluster } from '../../../src/inspect/cluster.js';
import { showDeadLetter } from '../../../src/inspect/show-dead-letter.js';
import { fakeCluster } from './fake-cluster.js';
import { makeLetter } from './letters.js';

test('a letter is shown unless it was told to stop', async () => {
  const cluster: Cluster = fakeCluster({ 'quakes.dlq': [makeLetter().record] });
  const position = { topic: 'quakes.dlq', partition: 0, offset: 4 };
  expect(await showDeadLetter(cluster, position, new AbortController().signal)).toMatchObject({ record: { offset: 4 }, isRedriven: false });
  await expect(showDeadLetter(cluster, position, AbortSignal.abort(new Error('Ctrl-C')))).rejects.toThrow('Ctrl-C');
});

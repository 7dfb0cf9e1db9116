// close() during connect() ends both, long before connect's own deadline.
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';

test('connect rejects and close resolves', async () => {
  const producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers: '127.0.0.1:1', closeTimeoutMs: 1_000, logger: false });
  const connecting = expect(producer.connect({ timeoutMs: 20_000 })).rejects.toMatchObject({ code: 'USAGE_CLOSED' });
  const startedMs = performance.now();
  await producer.close();
  await connecting;
  expect(performance.now() - startedMs).toBeLessThan(4_000);
});

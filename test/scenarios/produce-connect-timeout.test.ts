// connect() to an address where nobody answers ends at its deadline and says what it waited for and why.
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';

test('a TimeoutError names address, deadline and the refused connection', async () => {
  const bootstrapServers = '127.0.0.1:1';
  await using producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers, logger: false });
  const startedMs = performance.now();
  await expect(producer.connect({ timeoutMs: 700 })).rejects.toMatchObject({
    code: 'TIMEOUT_CONNECT',
    timeoutMs: 700,
    message: expect.stringMatching(/127\.0\.0\.1:1: waited 700 ms.*the last error was: .*refused/s),
    cause: { code: 'KAFKA' },
  });
  expect(performance.now() - startedMs).toBeLessThan(3_000);
});

// retry, deadLetter and concurrency are for handlers: batches() says so instead of ignoring them.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';

test.for([
  [{ retry: {} }, 'retry say'],
  [{ deadLetter: true, concurrency: 4 }, 'deadLetter and concurrency say'],
] as const)('%j', async ([options, text]) => {
  const consumer = new Consumer({ bootstrapServers: 'localhost:1', groupId: 'g', inputTopics: 't', logger: false, ...options });
  await expect(consumer.batches().next()).rejects.toMatchObject({ code: 'USAGE_ARGUMENT', message: expect.stringContaining(text) });
  await consumer.close();
});

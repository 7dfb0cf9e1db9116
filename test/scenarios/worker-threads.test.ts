// The engine works inside worker threads, two at once, and a worker can be terminated with an open producer.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { EmbeddedBroker } from '../../src/testing/index.js';

const BODY = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { Producer } = require('@predicthq/kafka');
  const { bootstrapServers, outputTopics } = workerData;
  const producer = new Producer({ svc: 'worker', outputTopics, bootstrapServers });
  producer.produceBatch([1, 2, 3].map((payload) => ({ id: null, payload }))).then((deliveries) => {
    parentPort.postMessage(deliveries.map(({ offset }) => offset));
    setInterval(() => undefined, 1_000);
  });
`;

test('two workers produce, and terminate ends both', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { a: 1, b: 1 } });
  const workers = ['a', 'b'].map((outputTopics) => {
    return new Worker(BODY, { eval: true, workerData: { bootstrapServers: broker.bootstrapServers, outputTopics } });
  });
  const messages = await Promise.all(workers.map((worker) => once(worker, 'message')));
  expect(messages).toEqual([[[0, 1, 2]], [[0, 1, 2]]]);
  expect(await Promise.all(workers.map((worker) => worker.terminate()))).toEqual([1, 1]);
});

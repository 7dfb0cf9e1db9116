// A slow embedded broker delays every answer by the time asked for, and is quick again when healed.
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';

test('a produce takes at least the round trip', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await using producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers: broker.bootstrapServers });
  const time = async (): Promise<number> => {
    const startedMs = performance.now();
    await producer.produce({ id: null, payload: 1 });
    return performance.now() - startedMs;
  };
  await time();
  broker.latency(1, 400);
  expect(await time()).toBeGreaterThan(350);
  broker.latency(1, 0);
  expect(await time()).toBeLessThan(350);
});

// With several output topics each message goes where it, or the call, says.
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';

test('one batch fills two topics, and a topic outside the list is refused before anything is sent', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { alerts: 1, reports: 1 } });
  await using producer = new Producer({ svc: 'a', outputTopics: ['alerts', 'reports'], bootstrapServers: broker.bootstrapServers });
  const messages = [
    { id: '1', payload: 1, to: 'alerts' },
    { id: '2', payload: 2, to: 'reports' },
  ] as const;
  expect(await producer.produceBatch(messages)).toMatchObject([
    { topic: 'alerts', offset: 0 },
    { topic: 'reports', offset: 0 },
  ]);
  const wrong = producer.produceBatch([...messages, { id: '3', payload: 3, to: 'elsewhere' as 'alerts' }]);
  await expect(wrong).rejects.toMatchObject({ code: 'USAGE_ARGUMENT', message: expect.stringContaining('messages[2]') });
  expect(await producer.produceBatch([{ id: '4', payload: 4 }], { to: 'alerts' })).toMatchObject([{ topic: 'alerts', offset: 1 }]);
});

/** A handler's unit test under vitest: no broker, no native engine. */
import { consumed, runHandler } from '@predicthq/kafka/testing';
import { expect, test } from 'vitest';

/** What the service does with a batch. */
const rank = (messages) => messages.map((message) => message.derive(message.id, { rank: message.payload.mag * 10 }));

test('every quake gets a rank and keeps its history', async () => {
  const { outputs, failed } = await runHandler(rank, [consumed('é1', { mag: 4.5 }, { topic: 'quakes', offset: 7 })]);
  expect(failed).toEqual([]);
  expect(outputs).toMatchObject([{ id: 'é1', payload: { rank: 45 }, refs: [{ topic: 'quakes', offset: 7 }] }]);
});

test('a quake without a magnitude fails the batch', async () => {
  const { failed } = await runHandler(rank, [consumed('a', { mag: 1 }), consumed('b', null)]);
  expect(failed.map(({ error }) => error.name)).toEqual(['TypeError', 'TypeError']);
});

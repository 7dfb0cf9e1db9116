/** A handler's unit test under node:test: no broker, no native engine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consumed, runHandler } from '@predicthq/kafka/testing';

/** What the service does with a batch. */
const rank = (messages) => messages.map((message) => message.derive(message.id, { rank: message.payload.mag * 10 }));

test('every quake gets a rank and keeps its history', async () => {
  const { outputs, failed } = await runHandler(rank, [consumed('é1', { mag: 4.5 }, { topic: 'quakes', offset: 7 })]);
  assert.deepEqual(failed, []);
  assert.deepEqual(outputs[0].payload, { rank: 45 });
  assert.equal(`${outputs[0].refs[0].topic}:${outputs[0].refs[0].offset}`, 'quakes:7');
});

test('a quake without a magnitude fails the batch', async () => {
  const { failed } = await runHandler(rank, [consumed('a', { mag: 1 }), consumed('b', null)]);
  assert.deepEqual([failed.length, failed[0].error.name], [2, 'TypeError']);
});

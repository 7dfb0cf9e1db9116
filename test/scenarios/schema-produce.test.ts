// A producer with a topic map checks every payload before anything of the batch is sent, writes what the schema makes of it, and keeps the order of calls.
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Consumer, Producer, unchecked } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { gate, member, take, within } from '../support/consuming.js';

const QUAKE = z.object({ mag: z.coerce.number(), place: z.string().default('sea') });
const payloads = async (broker: EmbeddedBroker, topic: string, count: number): Promise<unknown[]> =>
  (await take(member(broker, { groupId: topic, inputTopics: topic }), count)).map(({ payload }) => payload);

test.concurrent('the output of the schema is what is written, and the same map reads it', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { quakes: 1, storms: 1 } });
  const topics = { quakes: QUAKE, storms: v.object({ wind: v.number() }) };
  await using producer = new Producer({ svc: 's', outputTopics: topics, bootstrapServers: broker.bootstrapServers });
  await producer.produceBatch([
    { id: 'a', payload: { mag: '4.5', private: 1 } as { mag: unknown }, to: 'quakes' },
    { id: 'b', payload: { wind: 3 }, to: 'storms' },
    { id: 'c', payload: null as never, tombstone: true, to: 'storms' },
  ]);
  expect(await payloads(broker, 'quakes', 1)).toEqual([{ mag: 4.5, place: 'sea' }]);
  const consumer = new Consumer({ ...member(broker, { groupId: 'typed', inputTopics: 'quakes' }), inputTopics: topics });
  const seen: unknown[] = [];
  await within(
    10_000,
    consumer.process((messages) => {
      seen.push(...messages.map(({ id }) => id));
      if (seen.length === 2) void consumer.close();
    }),
  );
  expect(seen.toSorted()).toEqual(['a', 'b']);
});

test.concurrent.for([
  ['at once', QUAKE],
  ['later', QUAKE.refine(async () => true)],
] as const)('a refused payload is a UsageError and nothing of its batch is sent: %s', async ([, schema]) => {
  await using broker = await EmbeddedBroker.start({ topics: { quakes: 1, raw: 1 } });
  const outputTopics = { quakes: schema, raw: unchecked<number>() };
  await using producer = new Producer({ svc: 's', outputTopics, bootstrapServers: broker.bootstrapServers });
  const refused = producer.produceBatch([
    { id: 'a', payload: 1, to: 'raw' },
    { id: 'b', payload: { mag: 'much' }, to: 'quakes' },
  ]);
  await expect(refused).rejects.toMatchObject({
    code: 'USAGE_SCHEMA',
    message: expect.stringMatching(/^messages\[1\] does not fit the schema of topic "quakes": payload\.mag: /),
  });
  expect(await producer.produce({ id: 'c', payload: 2, to: 'raw' })).toMatchObject({ offset: 0 });
});

test.concurrent('a batch whose schema takes its time is sent before the batches of later calls, also when close() follows at once', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { slow: 1 } });
  const answer = gate();
  const slow = z.number().refine(async (n) => n !== 1 || answer.opened.then(() => true));
  const producer = new Producer({ svc: 's', outputTopics: { slow }, bootstrapServers: broker.bootstrapServers });
  const first = producer.produce({ id: null, payload: 1 });
  const batch = [
    { id: null, payload: 2 },
    { id: null, payload: 3 },
  ];
  const second = producer.produceBatch(batch);
  // The list is the caller's again.
  batch.length = 0;
  const closed = producer.close();
  await expect(producer.produce({ id: null, payload: 4 })).rejects.toMatchObject({ code: 'USAGE_CLOSED' });
  answer.open();
  expect(await first).toMatchObject({ offset: 0 });
  expect(await second).toMatchObject([{ offset: 1 }, { offset: 2 }]);
  await closed;
  expect(await payloads(broker, 'slow', 3)).toEqual([1, 2, 3]);
});

test.concurrent('close() gives up on a schema that does not end', async () => {
  const never = gate();
  const schema = z.number().refine(async () => never.opened.then(() => true));
  const producer = new Producer({
    svc: 's',
    outputTopics: { t: schema },
    bootstrapServers: 'localhost:1',
    closeTimeoutMs: 50,
    logger: false,
  });
  const produced = producer.produce({ id: null, payload: 1 });
  const gone = expect(produced).rejects.toMatchObject({ code: 'TIMEOUT_CLOSE' });
  await expect(within(5_000, producer.close())).rejects.toMatchObject({
    code: 'TIMEOUT_CLOSE',
    message: expect.stringContaining('schemas of 1 call'),
  });
  await gone;
  never.open();
});

// One consumer of a topic map: each message is what its own topic's schema makes of it, by name, by pattern, transformed, and afresh at each delivery.
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Consumer, type MessagesOf, unchecked } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, within, writeRaw } from '../support/consuming.js';

const QUAKE = z.object({ at: z.string().transform((text) => new Date(text)), place: z.string().default('sea') });
const STORM = v.object({ wind: v.pipe(v.string(), v.transform(Number)) });
const TOPICS = { quakes: QUAKE, '^storms\\.': STORM, raw: unchecked<{ anything: number }>() };

test('names, a pattern and an unchecked topic in one consumer; tombstones have no payload', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { quakes: 1, 'storms.eu': 1, 'storms.us': 1, raw: 1 } });
  await writeRaw(broker, 'quakes', [{ value: envelope({ at: '2026-01-02T00:00:00Z' }) }, { key: 'gone', value: null }]);
  await writeRaw(broker, 'storms.eu', [{ value: envelope({ wind: '12' }) }]);
  await writeRaw(broker, 'storms.us', [{ value: envelope({ wind: '13' }) }]);
  await writeRaw(broker, 'raw', [{ value: envelope({ anything: 1 }) }]);
  const consumer = new Consumer({ ...member(broker, { inputTopics: 'raw' }), inputTopics: TOPICS, tombstones: 'deliver' });
  const seen = new Map<string, unknown[]>();
  let count = 0;
  await within(
    10_000,
    consumer.process((messages) => {
      for (const { topic, payload, tombstone } of messages) seen.set(topic, [...(seen.get(topic) ?? []), tombstone ?? payload]);
      count += messages.length;
      if (count === 5) void consumer.close();
    }),
  );
  expect(Object.fromEntries(seen)).toEqual({
    quakes: [{ at: new Date('2026-01-02T00:00:00Z'), place: 'sea' }, true],
    'storms.eu': [{ wind: 12 }],
    'storms.us': [{ wind: 13 }],
    raw: [{ anything: 1 }],
  });
});

test('after a throw the batch comes again parsed and checked afresh, and through batches() as well', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { quakes: 1 } });
  await writeRaw(broker, 'quakes', [{ value: envelope({ at: '2026-01-02T00:00:00Z', place: 'land' }) }]);
  const consumer = new Consumer({ ...member(broker, { inputTopics: 'quakes' }), inputTopics: { quakes: QUAKE } });
  const spoil = (messages: readonly MessagesOf<{ quakes: typeof QUAKE }>[]): never => {
    for (const { payload } of messages) payload.place = 'spoilt';
    throw new Error('once');
  };
  await expect(consumer.process(spoil)).rejects.toMatchObject({ code: 'HANDLER_THREW' });
  for await (const { messages, commit } of consumer.batches()) {
    expect(messages.map(({ payload }) => payload.place)).toEqual(['land']);
    await commit();
    break;
  }
  await consumer.close();
});

// derive: an output carries the histories of all its parents, each parent once, and a topic's reader sees where it came from.
import { expect, test } from 'vitest';
import { derive, Producer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { member, take } from '../support/consuming.js';

test('a join of two topics', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { venues: 1, events: 1, joined: 1 } });
  const { bootstrapServers } = broker;
  await using source = new Producer({ svc: 'source', outputTopics: ['venues', 'events'], bootstrapServers });
  await source.produce({ id: 'v', payload: { city: 'Málaga' } }, { to: 'venues' });
  await source.produce({ id: 'e', payload: { at: 'noon' } }, { to: 'events' });
  const inputs = await take<object>(member(broker, { inputTopics: ['venues', 'events'] }), 2);
  const [venue, event] = ['venues', 'events'].map((name) => inputs.find(({ topic }) => topic === name));
  if (venue === undefined || event === undefined) throw new Error('one of each');

  await using join = new Producer({ svc: 'join', outputTopics: 'joined', bootstrapServers });
  // The venue twice, once by way of a message derived from it.
  await join.produce(derive([venue, event, venue.derive('v', {})], event.id, { ...venue.payload, ...event.payload }));
  const [joined] = await take(member(broker, { groupId: 'reader', inputTopics: 'joined' }), 1);
  expect(joined).toMatchObject({ id: 'e', payload: { city: 'Málaga', at: 'noon' } });
  expect(joined?.refs[0].hist).toMatchObject({
    svc: 'join',
    refs: [
      { topic: 'venues', partition: 0, offset: 0, key: 'v', hist: { svc: 'source' } },
      { topic: 'events', partition: 0, offset: 0, key: 'e', hist: { svc: 'source' } },
    ],
  });
  expect(joined?.refs[0].hist?.refs).toHaveLength(2);
});

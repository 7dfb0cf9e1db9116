// Through three services the history arrives whole: each message names the services and messages it came from, back to the origin.
import { expect, test } from 'vitest';
import { Consumer, calcRefLatencies, Producer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { member, take } from '../support/consuming.js';

interface Quake {
  readonly place: string;
  readonly rank?: number;
}
const QUAKES = ['Wānaka', 'Île', '東京', 'Reno'].map((place, i) => ({ id: `q${i}`, payload: { place } }));

test('ingest -> ranker -> reporter', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { quakes: 2, ranked: 1, alerts: 3 } });
  const { bootstrapServers } = broker;
  await using ingest = new Producer({ svc: 'ingest', outputTopics: 'quakes', bootstrapServers });
  const origins = await ingest.produceBatch(QUAKES);

  const stages = [
    { svc: 'ranker', from: 'quakes', to: 'ranked' },
    { svc: 'alérter', from: 'ranked', to: 'alerts' },
  ];
  for (const { svc, from, to } of stages) {
    await using producer = new Producer({ svc, outputTopics: to, bootstrapServers });
    const consumer = new Consumer<Quake>(member(broker, { groupId: svc, inputTopics: from }));
    let done = 0;
    await consumer.process(async (messages) => {
      await producer.produceBatch(messages.map((m) => m.derive(m.id, { ...m.payload, rank: (m.payload.rank ?? 0) + 1 })));
      done += messages.length;
      if (done >= QUAKES.length) await consumer.close();
    });
  }

  const alerts = await take<Quake>(member(broker, { groupId: 'reporter', inputTopics: 'alerts' }), QUAKES.length);
  for (const { id, payload, refs, topic, partition, offset } of alerts) {
    const index = QUAKES.findIndex((quake) => quake.id === id);
    expect(payload).toEqual({ ...QUAKES[index]?.payload, rank: 2 });
    const dt = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const origin = { ...origins[index], key: id, hist: { svc: 'ingest', dt, refs: [] } };
    const ranked = { topic: 'ranked', partition: 0, offset: expect.any(Number), key: id, hist: { svc: 'ranker', dt, refs: [origin] } };
    expect(JSON.parse(JSON.stringify(refs))).toEqual([{ topic, partition, offset, key: id, hist: { svc: 'alérter', dt, refs: [ranked] } }]);
    expect(calcRefLatencies('reporter', refs[0]).stages.map(({ svc }) => svc)).toEqual(['ranker', 'alérter', 'reporter']);
  }
});

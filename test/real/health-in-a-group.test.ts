// A member that gets no partitions, since there are more members than partitions, is as healthy as the one that has them, in all protocols.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningKafka } from '../../scripts/kafka/cluster.mjs';
import { Consumer, Producer } from '../../src/index.js';
import { within } from '../support/consuming.js';
import { PROTOCOL_NAMES, PROTOCOLS, startGroupKafka } from '../support/group-kafka.js';

let kafka: RunningKafka;
beforeAll(async () => {
  kafka = await startGroupKafka(1);
});
afterAll(() => kafka?.stop());

test.for(PROTOCOL_NAMES)('%s', async (protocol) => {
  const { bootstrapServers } = kafka;
  const topic = `healthy-${protocol}`;
  await using producer = new Producer({ svc: 'load', outputTopics: topic, bootstrapServers, logger: false });
  await producer.produce({ id: null, payload: 1 });
  const members = [0, 1].map(() => {
    const kafkaConsumerConfig = { ...PROTOCOLS[protocol], 'auto.offset.reset': 'earliest' } as const;
    return new Consumer({ bootstrapServers, groupId: topic, inputTopics: topic, logger: false, kafkaConsumerConfig });
  });
  expect(members[0]?.health()).toMatchObject({ live: true, ready: false, reasons: [{ code: 'not-started' }] });
  const processed = members.map((member) => member.process(() => undefined));
  const states = () => members.map((member) => ({ partitions: member.assignment.length, ...member.health() }));
  const healthy = (partitions: number) => ({ partitions, live: true, ready: true, reasons: [] });
  await expect
    .poll(() => states().toSorted((a, b) => a.partitions - b.partitions), { timeout: 60_000, interval: 100 })
    .toEqual([healthy(0), healthy(1)]);
  expect(producer.health()).toEqual({ live: true, ready: true, reasons: [] });
  await within(20_000, Promise.all(members.map((member) => member.close())));
  await Promise.all(processed);
  expect(members[0]?.health()).toMatchObject({ live: true, ready: false, reasons: [{ code: 'closed' }] });
});

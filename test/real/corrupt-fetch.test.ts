// A record that was damaged on the broker's disk stops its partition at exactly that position; what lies before is handled and committed.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningKafka, startKafka } from '../../scripts/kafka/cluster.mjs';
import { Consumer, Producer } from '../../src/index.js';
import { within } from '../support/consuming.js';

const MARK = 'a record that will be damaged';

let kafka: RunningKafka;
beforeAll(async () => {
  kafka = await startKafka();
});
afterAll(() => kafka?.stop());

test('a bad checksum', async () => {
  const { bootstrapServers } = kafka;
  const producer = new Producer({
    svc: 'load',
    outputTopics: 'damaged',
    bootstrapServers,
    logger: false,
    kafkaProducerConfig: { 'compression.type': 'none' },
  });
  const write = (payload: unknown) => producer.produce({ id: null, payload, record: { partition: 0 } });
  for (const payload of ['first', 'second', MARK, 'behind it']) await write(payload);
  await producer.close();

  const [broker] = kafka.brokers;
  await broker?.stop();
  const log = join(kafka.folder, 'data-1', 'damaged-0', '00000000000000000000.log');
  const bytes = readFileSync(log);
  const at = bytes.indexOf(MARK);
  expect(at).toBeGreaterThan(0);
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(log, bytes);
  await broker?.start();

  const handled: unknown[] = [];
  const consumer = () =>
    new Consumer({
      bootstrapServers,
      groupId: 'g',
      inputTopics: 'damaged',
      logger: false,
      kafkaConsumerConfig: { 'auto.offset.reset': 'earliest' },
    });
  for (const expected of [['first', 'second'], []]) {
    handled.length = 0;
    const processed = consumer().process((messages) => void handled.push(...messages.map(({ payload }) => payload)));
    await expect(within(60_000, processed)).rejects.toMatchObject({
      code: 'KAFKA',
      kafkaName: '_BAD_MSG',
      position: { topic: 'damaged', partition: 0, offset: 2 },
    });
    expect(handled).toEqual(expected);
  }
});

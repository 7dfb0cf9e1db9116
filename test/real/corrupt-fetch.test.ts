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

/** What spoils the batch of the marked record, by what librdkafka says of it. A checksum does not cover the number of the batch's form. */
const DAMAGES: Readonly<Record<string, (log: Buffer, mark: number) => void>> = {
  _BAD_MSG: (log, mark) => log.writeUInt8(log.readUInt8(mark) ^ 1, mark),
  _NOT_IMPLEMENTED: (log, mark) => {
    const batch = log.lastIndexOf(Buffer.from([0, 0, 0, 0, 0, 0, 0, 2]), mark);
    expect(log.readUInt8(batch + MAGIC)).toBe(2);
    log.writeUInt8(9, batch + MAGIC);
  },
};
const MAGIC = 16;

test.for(Object.entries(DAMAGES))('%s', async ([kafkaName, damage]) => {
  const { bootstrapServers } = kafka;
  const topic = `damaged${kafkaName}`;
  const producer = new Producer({
    svc: 'load',
    outputTopics: topic,
    bootstrapServers,
    logger: false,
    kafkaProducerConfig: { 'compression.type': 'none' },
  });
  const write = (payload: unknown) => producer.produce({ id: null, payload, record: { partition: 0 } });
  for (const payload of ['first', 'second', MARK, 'behind it']) await write(payload);
  await producer.close();

  const [broker] = kafka.brokers;
  await broker?.stop();
  const log = join(kafka.folder, 'data-1', `${topic}-0`, '00000000000000000000.log');
  const bytes = readFileSync(log);
  const mark = bytes.indexOf(MARK);
  expect(mark).toBeGreaterThan(0);
  damage(bytes, mark);
  writeFileSync(log, bytes);
  await broker?.start();

  const handled: unknown[] = [];
  const consumer = () =>
    new Consumer({
      bootstrapServers,
      groupId: topic,
      inputTopics: topic,
      logger: false,
      kafkaConsumerConfig: { 'auto.offset.reset': 'earliest' },
    });
  for (const expected of [['first', 'second'], []]) {
    handled.length = 0;
    const processed = consumer().process((messages) => void handled.push(...messages.map(({ payload }) => payload)));
    await expect(within(60_000, processed)).rejects.toMatchObject({
      code: 'KAFKA',
      kafkaName,
      position: { topic, partition: 0, offset: 2 },
    });
    expect(handled).toEqual(expected);
  }
});

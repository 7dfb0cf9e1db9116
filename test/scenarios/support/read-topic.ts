/** Reads a topic from its beginning with the low-level consumer, so that what a producer wrote is seen as bytes. */
import { getKafkaConsumer } from '../../../src/consumer/raw-consumer.js';
import type { RawRecord } from '../../../src/consumer/raw-record.js';
import type { ConsumerConfig } from '../../../src/index.js';
import { QUICK } from '../kit.js';

const DEADLINE_MS = 20_000;

/** Resolves with the first `count` records of the topic, in order within each partition. Rejects when they have not come by the deadline. `config`: for
 *  another broker than the embedded one. */
export async function readTopic(
  bootstrapServers: string,
  topic: string,
  count: number,
  config: ConsumerConfig = QUICK,
): Promise<RawRecord[]> {
  const groupId = `read-${topic}-${process.pid}-${performance.now()}`;
  await using consumer = getKafkaConsumer(bootstrapServers, groupId, config);
  consumer.subscribe(topic);
  const records: RawRecord[] = [];
  const deadlineMs = performance.now() + DEADLINE_MS;
  while (records.length < count) {
    if (performance.now() > deadlineMs)
      throw new Error(`only ${records.length} of ${count} records of "${topic}" came within ${DEADLINE_MS} ms`);
    records.push(...(await consumer.consume(1_000, 200)));
  }
  return records;
}

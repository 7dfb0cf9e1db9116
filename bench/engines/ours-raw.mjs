/** @predicthq/kafka's low-level consumer: records as bytes, one object and two Buffers each, nothing decoded, nothing committed. */
import { getKafkaConsumer } from '../../dist/index.js';

/** @param {import('../worker.mjs').Task} task */
export async function raw({ bootstrapServers, topic, groupId, messages, batchSize, begin, end }) {
  const consumer = getKafkaConsumer(bootstrapServers, groupId, { 'auto.offset.reset': 'earliest' });
  consumer.subscribe(topic);
  let bytes = 0;
  for (let seen = 0; seen < messages; ) {
    const records = await consumer.consume(batchSize, 1_000);
    if (records.length > 0) begin();
    seen += records.length;
    for (const { value } of records) bytes += value?.length ?? 0;
  }
  end(0, { 'MB of values': bytes / 1e6 });
}

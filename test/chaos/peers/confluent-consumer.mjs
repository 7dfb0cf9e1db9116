/** Chaos: Confluent's KafkaJS-like API as its documentation begins: eachMessage, automatic commits, disconnect on SIGTERM. Only the timeouts are those of
 *  the seed. https://github.com/confluentinc/confluent-kafka-javascript#readme */
import { beginRole } from '../roles/role.mjs';
import { createHandling } from './handling.mjs';
import { confluent } from './packages.mjs';

const { task, write } = /** @type {ReturnType<typeof beginRole<import('./tasks.js').ConsumerTask>>} */ (beginRole());
const { Kafka, logLevel } = confluent();
const kafka = new Kafka({ kafkaJS: { clientId: task.m, brokers: task.bootstrap.split(','), logLevel: logLevel.ERROR } });
const consumer = kafka.consumer({ kafkaJS: { groupId: task.group, fromBeginning: true }, ...task.protocol });

let isEnding = false;
process.once('SIGTERM', async () => {
  isEnding = true;
  try {
    await consumer.disconnect();
  } finally {
    write('ended');
    process.exit(0);
  }
});
await consumer.connect();
await consumer.subscribe({ topics: [task.topic] });
await consumer.run({ eachMessage: createHandling(task, write) });
// It has no event for an assignment; asked for one while it disconnects, it throws.
for (;;) {
  await new Promise((resolve) => setTimeout(resolve, 200));
  if (isEnding) break;
  const ps = consumer.assignment().map(({ topic, partition }) => [`${topic}:${partition}`, 0]);
  if (ps.length > 0) write('assigned', { ps });
}

/** Chaos: kafkajs as its documentation begins: eachMessage, automatic commits, disconnect on SIGTERM. Only the timeouts are those of the seed.
 *  https://kafka.js.org/docs/consuming, https://kafka.js.org/docs/consumer-example */
import { beginRole } from '../roles/role.mjs';
import { createHandling } from './handling.mjs';
import { kafkajs } from './packages.mjs';

const { task, write } = /** @type {ReturnType<typeof beginRole<import('./tasks.js').ConsumerTask>>} */ (beginRole());
const { Kafka, logLevel } = kafkajs();
const kafka = new Kafka({ clientId: task.m, brokers: task.bootstrap.split(','), logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: task.group, sessionTimeout: task.sessionMs, heartbeatInterval: task.heartbeatMs });

consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
  const ps = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) => partitions.map((p) => [`${topic}:${p}`, 0]));
  write('assigned', { ps });
});
consumer.on(consumer.events.CRASH, ({ payload }) => write('crash', { error: payload.error.message, restart: payload.restart }));
process.once('SIGTERM', async () => {
  try {
    await consumer.disconnect();
  } finally {
    write('ended');
    process.exit(0);
  }
});
await consumer.connect();
await consumer.subscribe({ topics: [task.topic], fromBeginning: true });
await consumer.run({ eachMessage: createHandling(task, write) });

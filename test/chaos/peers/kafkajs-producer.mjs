/** Chaos: kafkajs's producer as its documentation begins: `send`, with its default of acks from all replicas. https://kafka.js.org/docs/producing */
import { beginRole } from '../roles/role.mjs';
import { produceAll } from './load.mjs';
import { kafkajs } from './packages.mjs';

const { task, write } = /** @type {ReturnType<typeof beginRole<import('./tasks.js').ProducerTask>>} */ (beginRole());
const { Kafka, logLevel } = kafkajs();
const producer = new Kafka({ clientId: task.m, brokers: task.bootstrap.split(','), logLevel: logLevel.ERROR }).producer();
await producer.connect();
await produceAll(task, write, (records) =>
  producer.send({ topic: task.topic, messages: records.map(({ key, value, partition }) => ({ key, value, partition })) }),
);
await producer.disconnect();
write('ended');

/** Chaos: Confluent's KafkaJS-like producer as its documentation begins: `send`, with the defaults.
 *  https://github.com/confluentinc/confluent-kafka-javascript#readme */
import { beginRole } from '../roles/role.mjs';
import { produceAll } from './load.mjs';
import { confluent } from './packages.mjs';

const { task, write } = /** @type {ReturnType<typeof beginRole<import('./tasks.js').ProducerTask>>} */ (beginRole());
const { Kafka, logLevel } = confluent();
const kafka = new Kafka({ kafkaJS: { clientId: task.m, brokers: task.bootstrap.split(','), logLevel: logLevel.ERROR } });
const producer = kafka.producer();
await producer.connect();
await produceAll(task, write, (records) =>
  producer.send({ topic: task.topic, messages: records.map(({ key, value, partition }) => ({ key, value, partition })) }),
);
await producer.disconnect();
write('ended');

/** Confluent's KafkaJS-like API as its docs advise: eachBatch of up to 500, a commit after each batch. `fetch.queue.backoff.ms` is lowered, which its
 *  docs do not say: with librdkafka's default of a second it would stand still when its queue is full. */
import confluent from '@confluentinc/kafka-javascript';
import { produceAll } from '../in-flight.mjs';
import { latencyOf } from '../latency.mjs';
import { toEnvelope } from '../payload.mjs';

const { Kafka, logLevel } = confluent.KafkaJS;

/** @param {string} bootstrapServers */
const connectTo = (bootstrapServers) => new Kafka({ kafkaJS: { clientId: 'bench', brokers: bootstrapServers.split(','), logLevel: logLevel.ERROR } });

/** @param {import('../worker.mjs').Task} task @param {boolean} autoCommit */
const newConsumer = ({ bootstrapServers, groupId, batchSize }, autoCommit) =>
  connectTo(bootstrapServers).consumer({
    kafkaJS: { groupId, fromBeginning: true, autoCommit },
    'js.consumer.max.batch.size': batchSize,
    'fetch.queue.backoff.ms': 10,
  });

/** @param {import('../worker.mjs').Task} task */
export async function consume(task) {
  const { topic, begin, tally, committed, done } = task;
  const consumer = newConsumer(task, false);
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  await consumer.run({
    eachBatch: async ({ batch }) => {
      begin();
      tally.batches++;
      for (const message of batch.messages) tally.rankSum += JSON.parse(/** @type {Buffer} */ (message.value).toString()).item.rank;
      const next = Number(batch.lastOffset()) + 1;
      await consumer.commitOffsets([{ topic, partition: batch.partition, offset: String(next) }]);
      committed([[batch.partition, next]]);
    },
  });
  await new Promise((resolve) => done.addEventListener('abort', resolve));
}

/** @param {import('../worker.mjs').Task} task @param {Record<string, string | number>} [config] */
async function connectProducer({ bootstrapServers }, config = {}) {
  const producer = connectTo(bootstrapServers).producer({ kafkaJS: { acks: -1 }, 'compression.type': 'snappy', ...config });
  await producer.connect();
  return producer;
}

/** @param {import('../worker.mjs').Task} task */
export async function produce(task) {
  const producer = await connectProducer(task);
  await produceAll(task, (items) => {
    const dt = new Date().toISOString();
    return producer.send({ topic: task.topic, messages: items.map((item) => ({ key: item.id, value: JSON.stringify(toEnvelope(item, dt)) })) });
  });
  await producer.disconnect();
}

/** With linger.ms 0, as Confluent's guides advise for latency. @param {import('../worker.mjs').Task} task */
export async function latency(task) {
  const { topic } = task;
  const producer = await connectProducer(task, { 'linger.ms': 0 });
  const consumer = newConsumer(task, true);
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  const measured = latencyOf(task, (item) => {
    const messages = [{ key: item.id, value: JSON.stringify(toEnvelope(item, new Date().toISOString())) }];
    return producer.send({ topic, messages });
  });
  await consumer.run({
    eachMessage: async ({ message }) => measured.received(JSON.parse(/** @type {Buffer} */ (message.value).toString()).item.id),
  });
  await measured.finished;
}

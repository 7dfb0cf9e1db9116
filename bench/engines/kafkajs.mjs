/** kafkajs as its docs advise: eachBatch with autoCommit (a commit after every batch), acks -1; snappy by the fast native codec rather than by the
 *  one in JavaScript that its docs name. */
import kafkajs from 'kafkajs';
import { produceAll } from '../in-flight.mjs';
import { latencyOf } from '../latency.mjs';
import { toEnvelope } from '../payload.mjs';
import { SNAPPY } from '../snappy-codec.mjs';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;
CompressionCodecs[CompressionTypes.Snappy] = () => SNAPPY;

/** @param {string} bootstrapServers */
const connectTo = (bootstrapServers) => new Kafka({ clientId: 'bench', brokers: bootstrapServers.split(','), logLevel: logLevel.ERROR });

/** @param {import('../worker.mjs').Task} task */
export async function consume({ bootstrapServers, topic, groupId, begin, tally, committed, done }) {
  const consumer = connectTo(bootstrapServers).consumer({ groupId });
  consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
    for (const { partitions } of payload.topics) committed(partitions.map((p) => [Number(p.partition), Number(p.offset)]));
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning, isStale }) => {
      begin();
      tally.batches++;
      for (const message of batch.messages) {
        if (!isRunning() || isStale()) break;
        tally.rankSum += JSON.parse(/** @type {Buffer} */ (message.value).toString()).item.rank;
        resolveOffset(message.offset);
      }
      await heartbeat();
    },
  });
  await new Promise((resolve) => done.addEventListener('abort', resolve));
  await consumer.disconnect();
}

/** @param {import('../worker.mjs').Task} task */
export async function produce(task) {
  const producer = connectTo(task.bootstrapServers).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  await produceAll(task, (items) => {
    const dt = new Date().toISOString();
    const messages = items.map((item) => ({ key: item.id, value: JSON.stringify(toEnvelope(item, dt)) }));
    return producer.send({ topic: task.topic, acks: -1, compression: CompressionTypes.Snappy, messages });
  });
  await producer.disconnect();
}

/** @param {import('../worker.mjs').Task} task */
export async function latency(task) {
  const { bootstrapServers, topic, groupId } = task;
  const producer = connectTo(bootstrapServers).producer({ allowAutoTopicCreation: false });
  const consumer = connectTo(bootstrapServers).consumer({ groupId });
  await producer.connect();
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const measured = latencyOf(task, (item) => {
    const messages = [{ key: item.id, value: JSON.stringify(toEnvelope(item, new Date().toISOString())) }];
    return producer.send({ topic, acks: -1, compression: CompressionTypes.Snappy, messages });
  });
  await consumer.run({
    eachMessage: async ({ message }) => measured.received(JSON.parse(/** @type {Buffer} */ (message.value).toString()).item.id),
  });
  await measured.finished;
}

/** kafkajs as its docs advise: eachBatch with autoCommit (a commit after every batch), acks -1; snappy by the fast native codec rather than by the
 *  one in JavaScript that its docs name. */
import kafkajs from 'kafkajs';
import { Committed } from '../committed.mjs';
import { produceAll } from '../in-flight.mjs';
import { toEnvelope } from '../payload.mjs';
import { versionOf } from '../peers.mjs';
import { SNAPPY } from '../snappy-codec.mjs';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;
CompressionCodecs[CompressionTypes.Snappy] = () => SNAPPY;

export const version = () => versionOf('kafkajs');

/** @param {string} bootstrapServers */
const connectTo = (bootstrapServers) => new Kafka({ clientId: 'bench', brokers: bootstrapServers.split(','), logLevel: logLevel.ERROR });

/** @param {import('../worker.mjs').Task} task */
export async function consume({ bootstrapServers, topic, groupId, messages, begin, end }) {
  const consumer = connectTo(bootstrapServers).consumer({ groupId });
  let rankSum = 0;
  let batches = 0;
  const allCommitted = new Promise((resolve) => {
    const committed = new Committed(messages, (commits) => {
      end(rankSum, { batches, 'commits confirmed': commits });
      resolve(undefined);
    });
    consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
      for (const { partitions } of payload.topics) committed.note(partitions.map((p) => [Number(p.partition), Number(p.offset)]));
    });
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning, isStale }) => {
      begin();
      batches++;
      for (const message of batch.messages) {
        if (!isRunning() || isStale()) break;
        rankSum += JSON.parse(/** @type {Buffer} */ (message.value).toString()).item.rank;
        resolveOffset(message.offset);
      }
      await heartbeat();
    },
  });
  await allCommitted;
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

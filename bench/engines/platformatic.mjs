/** @platformatic/kafka as its docs advise: string serializers, the stream's events (their fastest way), and, as in their batching example, no
 *  autocommit but one awaited commit after each batch; acks all. */
import { CompressionAlgorithms, Consumer, MessagesStreamModes, ProduceAcks, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { produceAll } from '../in-flight.mjs';
import { latencyOf } from '../latency.mjs';
import { toEnvelope } from '../payload.mjs';

/** @param {import('../worker.mjs').Task} task */
export async function consume({ bootstrapServers, topic, groupId, batchSize, messages, begin, tally, committed, done }) {
  const consumer = newConsumer(bootstrapServers, groupId);
  const stream = await consumer.consume({ topics: [topic], autocommit: false, mode: MessagesStreamModes.EARLIEST });
  /** @type {import('@platformatic/kafka').Message<string, string, string, string>[]} */
  let batch = [];
  let seen = 0;
  const handle = async () => {
    const full = batch;
    batch = [];
    tally.batches++;
    const offsets = new Map();
    for (const { value, partition, offset, leaderEpoch } of full) {
      tally.rankSum += JSON.parse(value).item.rank;
      offsets.set(partition, { topic, partition, offset: offset + 1n, leaderEpoch: leaderEpoch ?? -1 });
    }
    await consumer.commit({ offsets: [...offsets.values()] });
    committed([...offsets.values()].map((position) => [position.partition, Number(position.offset)]));
  };
  stream.on('data', (message) => {
    begin();
    batch.push(message);
    if (++seen < messages && batch.length < batchSize) return;
    stream.pause();
    handle().then(() => stream.resume(), fail);
  });
  stream.on('error', fail);
  await new Promise((resolve) => done.addEventListener('abort', resolve));
  await consumer.close(true);
}

/** @param {import('../worker.mjs').Task} task */
export async function produce(task) {
  const producer = newProducer(task.bootstrapServers);
  await produceAll(task, (items) => {
    const dt = new Date().toISOString();
    const messages = items.map((item) => ({ topic: task.topic, key: item.id, value: JSON.stringify(toEnvelope(item, dt)) }));
    return producer.send({ messages, acks: ProduceAcks.ALL, compression: CompressionAlgorithms.SNAPPY });
  });
  await producer.close();
}

/** @param {import('../worker.mjs').Task} task */
export async function latency(task) {
  const { bootstrapServers, topic, groupId } = task;
  const producer = newProducer(bootstrapServers);
  const consumer = newConsumer(bootstrapServers, groupId);
  const stream = await consumer.consume({ topics: [topic], autocommit: true, mode: MessagesStreamModes.EARLIEST });
  const measured = latencyOf(task, (item) => {
    const messages = [{ topic, key: item.id, value: JSON.stringify(toEnvelope(item, new Date().toISOString())) }];
    return producer.send({ messages, acks: ProduceAcks.ALL, compression: CompressionAlgorithms.SNAPPY });
  });
  stream.on('data', ({ value }) => measured.received(JSON.parse(value).item.id));
  stream.on('error', fail);
  await measured.finished;
}

/** @param {string} bootstrapServers @param {string} groupId */
const newConsumer = (bootstrapServers, groupId) =>
  new Consumer({ clientId: 'bench', groupId, bootstrapBrokers: bootstrapServers.split(','), deserializers: stringDeserializers });

/** @param {string} bootstrapServers */
const newProducer = (bootstrapServers) =>
  new Producer({ clientId: 'bench', bootstrapBrokers: bootstrapServers.split(','), serializers: stringSerializers });

/** An error in a listener ends the run. @param {unknown} error */
function fail(error) {
  process.nextTick(() => {
    throw error;
  });
}

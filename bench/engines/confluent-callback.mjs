/** Confluent's callback API (the heir of node-rdkafka) as its docs advise: consume(500, callback) in a loop, commits that are not waited for, delivery
 *  reports. Commits count when the broker has answered them. `fetch.queue.backoff.ms` as in confluent-promise. */
import confluent from '@confluentinc/kafka-javascript';
import { produceAll } from '../in-flight.mjs';
import { latencyOf } from '../latency.mjs';
import { toEnvelope } from '../payload.mjs';

const POLL_MS = 5;
const FIRST_MESSAGE_MS = 200;

/** @param {import('../worker.mjs').Task} task @param {Record<string, unknown>} config */
async function connectConsumer({ bootstrapServers, topic, groupId }, config) {
  const consumer = new confluent.KafkaConsumer(
    { 'bootstrap.servers': bootstrapServers, 'group.id': groupId, 'enable.auto.commit': false, 'fetch.queue.backoff.ms': 10, ...config },
    { 'auto.offset.reset': 'earliest' },
  );
  await new Promise((resolve, reject) => consumer.connect({}, (error) => (error ? reject(error) : resolve(undefined))));
  consumer.subscribe([topic]);
  return consumer;
}

/** @param {import('../worker.mjs').Task} task */
export async function consume(task) {
  const { topic, batchSize, begin, tally, committed, done } = task;
  const consumer = await connectConsumer(task, {
    offset_commit_cb: (/** @type {Error | null} */ error, /** @type {{ partition: number, offset: number }[]} */ positions) => {
      if (error) throw error;
      committed(positions.map(({ partition, offset }) => [partition, offset]));
    },
  });
  consumer.setDefaultConsumeTimeout(FIRST_MESSAGE_MS);
  consumer.setDefaultIsTimeoutOnlyForFirstMessage(true);
  while (!done.aborted) {
    const batch = await consumeBatch(consumer, batchSize);
    if (batch.length === 0) continue;
    begin();
    tally.batches++;
    const offsets = new Map();
    for (const { value, partition, offset } of batch) {
      tally.rankSum += JSON.parse(value.toString()).item.rank;
      offsets.set(partition, { topic, partition, offset: offset + 1 });
    }
    consumer.commit([...offsets.values()]);
  }
}

/** @param {any} consumer @param {number} max @returns {Promise<any[]>} */
const consumeBatch = (consumer, max) =>
  new Promise((resolve, reject) => consumer.consume(max, (/** @type {unknown} */ error, /** @type {any[]} */ batch) => (error ? reject(error) : resolve(batch))));

/** @param {import('../worker.mjs').Task} task @param {Record<string, unknown>} [config] */
async function connectProducer({ bootstrapServers, topic }, config = {}) {
  const producer = new confluent.HighLevelProducer({
    ...{ 'bootstrap.servers': bootstrapServers, 'compression.type': 'snappy', acks: -1, dr_cb: true },
    ...config,
  });
  producer.setPollInterval(POLL_MS);
  await new Promise((resolve, reject) => producer.connect({}, (error) => (error ? reject(error) : resolve(undefined))));
  return (/** @type {import('../payload.mjs').Event} */ item, /** @type {string} */ dt) =>
    new Promise((resolve, reject) =>
      producer.produce(topic, null, Buffer.from(JSON.stringify(toEnvelope(item, dt))), item.id, Date.now(), (/** @type {unknown} */ error) =>
        error ? reject(error) : resolve(undefined),
      ),
    );
}

/** @param {import('../worker.mjs').Task} task */
export async function produce(task) {
  const send = await connectProducer(task);
  await produceAll(task, (items) => {
    const dt = new Date().toISOString();
    return Promise.all(items.map((item) => send(item, dt)));
  });
}

/** With linger.ms 0, as Confluent's guides advise for latency. @param {import('../worker.mjs').Task} task */
export async function latency(task) {
  const send = await connectProducer(task, { 'linger.ms': 0 });
  const consumer = await connectConsumer(task, { 'enable.auto.commit': true });
  const measured = latencyOf(task, (item) => send(item, new Date().toISOString()));
  consumer.on('data', ({ value }) => measured.received(JSON.parse(value.toString()).item.id));
  consumer.consume();
  await measured.finished;
}

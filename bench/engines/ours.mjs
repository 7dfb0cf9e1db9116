/** @predicthq/kafka through its public API, with its defaults. */
import { setTimeout as pass } from 'node:timers/promises';
import { Consumer, Producer } from '../../dist/index.js';
import { produceAll } from '../in-flight.mjs';
import { latencyOf } from '../latency.mjs';
import { WAIT_MS } from '../waits.mjs';

/** @param {import('../worker.mjs').Task} task */
export async function consume({ bootstrapServers, topic, groupId, batchSize, holdMs, begin, tally, committed, done }) {
  /** @type {Consumer<import('../payload.mjs').Event>} */
  const consumer = new Consumer({
    ...{ bootstrapServers, groupId, batchSize },
    inputTopics: topic,
    kafkaConsumerConfig: { 'auto.offset.reset': 'earliest' },
  });
  consumer.on('consumer.committed', ({ positions }) => committed(positions.map((p) => [p.partition, p.offset])));
  await consumer.process(
    async (batch) => {
      begin();
      if (holdMs > 0 && tally.batches === 0) await new Promise((resolve) => setTimeout(resolve, holdMs));
      tally.batches++;
      for (const { payload } of batch) tally.rankSum += payload.rank;
    },
    { signal: done },
  );
}

/** A handler that waits, many calls at once, by key. @param {import('../worker.mjs').Task} task */
export async function wait({ bootstrapServers, topic, groupId, batchSize, max, begin, tally, committed, done }) {
  /** @type {Consumer<import('../payload.mjs').Event>} */
  const consumer = new Consumer({
    ...{ bootstrapServers, groupId, batchSize, concurrency: { max, order: 'key' } },
    inputTopics: topic,
    kafkaConsumerConfig: { 'auto.offset.reset': 'earliest' },
  });
  consumer.on('consumer.committed', ({ positions }) => committed(positions.filter((p) => p.partition === 0).map((p) => [0, p.offset])));
  await consumer.process(
    async (batch) => {
      begin();
      tally.batches++;
      for (const { payload } of batch) {
        await pass(WAIT_MS);
        tally.rankSum += payload.rank;
      }
    },
    { signal: done },
  );
}

/** @param {import('../worker.mjs').Task} task */
export async function produce(task) {
  const producer = new Producer({ svc: 'bench', bootstrapServers: task.bootstrapServers, outputTopics: task.topic });
  await producer.connect();
  await produceAll(task, (items) => producer.produceBatch(items.map((item) => ({ id: item.id, payload: item }))));
  await producer.close();
}

/** @param {import('../worker.mjs').Task} task */
export async function latency(task) {
  const { bootstrapServers, topic, groupId } = task;
  const producer = new Producer({ svc: 'bench', bootstrapServers, outputTopics: topic });
  /** @type {Consumer<import('../payload.mjs').Event>} */
  const consumer = new Consumer({
    ...{ bootstrapServers, groupId, consumerTimeoutMs: 0 },
    inputTopics: topic,
    kafkaConsumerConfig: { 'auto.offset.reset': 'earliest' },
  });
  await producer.connect();
  const measured = latencyOf(task, (item) => producer.produce({ id: item.id, payload: item }));
  const processing = consumer.process((batch) => {
    for (const { payload } of batch) measured.received(payload.id);
  });
  await Promise.race([measured.finished, processing]);
}

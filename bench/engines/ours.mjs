/** @predicthq/kafka through its public API, with its defaults. */
import { readFileSync } from 'node:fs';
import { Consumer, Producer } from '../../dist/index.js';
import { Committed } from '../committed.mjs';
import { produceAll } from '../in-flight.mjs';

export const version = () => JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

/** @param {import('../worker.mjs').Task} task */
export async function consume({ bootstrapServers, topic, groupId, batchSize, messages, begin, end }) {
  /** @type {Consumer<import('../payload.mjs').Event>} */
  const consumer = new Consumer({
    bootstrapServers,
    groupId,
    inputTopics: topic,
    batchSize,
    kafkaConsumerConfig: { 'auto.offset.reset': 'earliest' },
  });
  let rankSum = 0;
  let batches = 0;
  const done = new AbortController();
  const committed = new Committed(messages, (commits) => {
    end(rankSum, { batches, 'commits confirmed': commits });
    done.abort();
  });
  consumer.on('consumer.committed', ({ positions }) => committed.note(positions.map((p) => [p.partition, p.offset])));
  await consumer.process(
    (batch) => {
      begin();
      batches++;
      for (const { payload } of batch) rankSum += payload.rank;
    },
    { signal: done.signal },
  );
}

/** @param {import('../worker.mjs').Task} task */
export async function produce(task) {
  const producer = new Producer({ svc: 'bench', bootstrapServers: task.bootstrapServers, outputTopics: task.topic });
  await producer.connect();
  await produceAll(task, (items) => producer.produceBatch(items.map((item) => ({ id: item.id, payload: item }))));
  await producer.close();
}

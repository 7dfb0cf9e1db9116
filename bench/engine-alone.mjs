/** The native engine as the library itself uses it, without anything above: batches cross into JavaScript, nothing is parsed, no message object is
 *  made, nothing is committed. */
import { newConsumer } from '../dist/engine/clients.js';
import { defaultConsumerConfig } from '../dist/index.js';

const OPTIONS = { prefetchBatches: 3, drainTimeoutMs: 1_000, stuckAfterMs: 0, decidesStarts: false };
const TIMEOUT_MS = 50;

/** @param {'raw' | 'envelope'} mode what Rust does with a value: nothing, or check and split it @returns {(task: import('./worker.mjs').Task) => Promise<void>} */
export const takeAll = (mode) => async (task) => {
  const { bootstrapServers, topic, groupId, messages, batchSize, begin, end } = task;
  const config = Object.entries({
    ...defaultConsumerConfig(),
    ...{ 'bootstrap.servers': bootstrapServers, 'group.id': groupId, 'auto.offset.reset': 'earliest' },
    ...{ 'enable.auto.commit': 'false', 'enable.auto.offset.store': 'false' },
  }).map(([key, value]) => /** @type {[string, string]} */ ([key, String(value)]));
  /** @type {() => void} */
  let wake = () => undefined;
  const consumer = newConsumer(config, { ...OPTIONS, mode }, () => {
    consumer.drain();
    wake();
  });
  const keepAlive = setInterval(() => undefined, 1_000); // the engine's wake-up alone does not keep a process alive
  consumer.subscribe([topic]);
  let bytes = 0;
  for (let seen = 0; seen < messages; ) {
    const batch = consumer.take(batchSize, TIMEOUT_MS);
    if (batch === null) {
      await new Promise((resolve) => {
        wake = () => resolve(undefined);
      });
      continue;
    }
    begin();
    seen += batch.count;
    bytes += batch.slab.length;
    consumer.handled(batch.id);
    consumer.done(batch.id);
  }
  end(0, { 'MB of slabs': bytes / 1e6 });
  clearInterval(keepAlive);
};

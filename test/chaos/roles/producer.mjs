/** Chaos: a producer process. It writes at a steady rate until its time is over, three batches under way, every fate of every record in the ledger. */
import { setTimeout as pass } from 'node:timers/promises';
import { createRandom } from '../random.mjs';
import { beginRole } from './role.mjs';

/** @typedef {{ lib: string, bootstrap: string, topic: string, seed: number, deliveryTimeoutMs: number, untilMs: number, rate: number, keys: number, faultyPerMille: number }} Task
 *  @typedef {{ u: string, kind: 'message' | 'tombstone', message: { id: string | null, payload: unknown, tombstone?: true } }} Outgoing */

const BATCH = 20;
const MOST_UNDER_WAY = 3;

const { task, write } = /** @type {ReturnType<typeof beginRole<Task>>} */ (beginRole());
/** @type {typeof import('../../../dist/index.js')} */
const { Producer, DeliveryError, getKafkaProducer } = await import(task.lib);
const random = createRandom(task.seed);
let count = 0;

/** @returns {Outgoing} */
function nextMessage() {
  const u = `${task.m}.${task.i}.${count++}`;
  const id = random.isOneIn(20) ? null : `k${random.int(0, task.keys - 1)}`;
  if (id !== null && random.isOneIn(100)) return { u, kind: 'tombstone', message: /** @type {never} */ ({ id, tombstone: true }) };
  return { u, kind: 'message', message: { id, payload: { u, text: 'x'.repeat(random.int(0, 200)) } } };
}

const config = {
  'reconnect.backoff.max.ms': 500,
  // Before the consumers': new partitions have records before anybody reads them.
  'topic.metadata.refresh.interval.ms': 1_000,
  'delivery.timeout.ms': task.deliveryTimeoutMs,
};
const unreadable = getKafkaProducer(task.bootstrap, config);
const producer = new Producer({
  svc: task.m,
  outputTopics: task.topic,
  bootstrapServers: task.bootstrap,
  closeTimeoutMs: 30_000,
  kafkaProducerConfig: config,
});

/** @param {readonly Outgoing[]} batch */
async function send(batch) {
  write('sent', { us: batch.map(({ u }) => u) });
  try {
    const deliveries = await producer.produceBatch(batch.map(({ message }) => /** @type {never} */ (message)));
    write('acked', { rows: deliveries.map(({ topic, partition, offset }, i) => row(batch[i], topic, partition, offset)) });
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    tellFailed(batch, error);
  }
}

/** What no reader can make anything of. */
async function sendUnreadable() {
  const u = `${task.m}-unreadable.${task.i}.${count++}`;
  write('sent', { us: [u] });
  try {
    const [delivery] = await unreadable.produceBatch(task.topic, [{ key: 'unreadable', value: `not JSON, u=${u}` }]);
    if (delivery !== undefined) write('acked', { rows: [[u, `${delivery.topic}:${delivery.partition}`, delivery.offset, 'invalid']] });
  } catch (error) {
    if (!(error instanceof DeliveryError)) throw error;
    write('failed', { rows: error.failed.map((failure) => [u, failure.persisted, failure.error.kafkaName]) });
  }
}

/** @param {Outgoing | undefined} sent @param {string} topic @param {number} partition @param {number} offset */
const row = (sent, topic, partition, offset) => [sent?.u, `${topic}:${partition}`, offset, sent?.kind];

/** @param {readonly Outgoing[]} batch @param {import('../../../dist/index.js').DeliveryError} error */
function tellFailed(batch, { delivered, failed }) {
  const failures = new Map(failed.map((failure) => [failure.index, failure]));
  const acked = batch.filter((_, i) => !failures.has(i));
  write('acked', { rows: delivered.map(({ topic, partition, offset }, i) => row(acked[i], topic, partition, offset)) });
  write('failed', { rows: failed.map(({ index, persisted, error }) => [batch[index]?.u, persisted, error.kafkaName]) });
}

/** @type {Set<Promise<void>>} */
const underWay = new Set();
const track = (/** @type {Promise<void>} */ sending) => {
  underWay.add(sending);
  void sending.finally(() => underWay.delete(sending));
};
const until = Date.now() + task.untilMs;
while (Date.now() < until) {
  track(send(Array.from({ length: BATCH }, nextMessage)));
  if (random.isOneIn(10)) track(sendUnreadable());
  await pass((BATCH / task.rate) * 1_000);
  while (underWay.size >= MOST_UNDER_WAY) await Promise.race(underWay);
}
await Promise.all(underWay);
await Promise.all([producer.close(), unreadable.close()]);
write('ended');

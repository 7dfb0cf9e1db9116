/** 200 consumers whose coordinator is gone are closed; says how, and how many threads are left. Arguments: none. */
import { readdirSync } from 'node:fs';
import { setTimeout as pass } from 'node:timers/promises';
import { Consumer } from '../../../dist/index.js';
import { EmbeddedBroker } from '../../../dist/testing/index.js';

const [WAVES, A_WAVE, CLOSE_MS] = [4, 50, 1_000];
/** The engine may answer this much after the deadline: fifty clients end at once on a busy machine. */
const SLACK_MS = 5_000;
const COORDINATOR = 2;
const threads = () => readdirSync('/proc/self/task').length;

const broker = await EmbeddedBroker.start({ brokers: 2, topics: { t: 1 } });
broker.moveLeader('t', 0, 1);
// Node's own threads come with the first use of a client.
const first = new Consumer({ bootstrapServers: broker.bootstrapServers, groupId: 'first', inputTopics: 't', logger: false });
await first.connect();
await first.close();
await pass(500);
const before = threads();
const ends = { left: 0, timedOut: 0, other: [], late: 0 };

async function wave(/** @type {number} */ number) {
  const consumers = Array.from({ length: A_WAVE }, (_, i) => {
    const groupId = `g-${number}-${i}`;
    broker.moveCoordinator('group', groupId, COORDINATOR);
    const kafkaConsumerConfig = { 'auto.offset.reset': 'earliest', 'fetch.wait.max.ms': 100, 'session.timeout.ms': 6_000 };
    const { bootstrapServers } = broker;
    return new Consumer({ bootstrapServers, groupId, inputTopics: 't', closeTimeoutMs: CLOSE_MS, kafkaConsumerConfig, logger: false });
  });
  const processed = consumers.map((consumer) => consumer.process(() => undefined).catch(() => undefined));
  await Promise.all(consumers.map((consumer) => new Promise((resolve) => consumer.on('consumer.assigned', resolve))));
  broker.brokerDown(COORDINATOR);
  await Promise.all(consumers.map(close));
  await Promise.all(processed);
  broker.brokerUp(COORDINATOR);
}

async function close(/** @type {Consumer} */ consumer) {
  const startedMs = performance.now();
  try {
    await consumer.close();
    ends.left++;
  } catch (error) {
    const { code } = /** @type {{ code?: string }} */ (error);
    if (code === 'TIMEOUT_CLOSE') ends.timedOut++;
    else ends.other.push(/** @type {never} */ (code));
  }
  if (performance.now() - startedMs > CLOSE_MS + SLACK_MS) ends.late++;
}

for (let i = 0; i < WAVES; i++) await wave(i);
// What was broken off is freed inside librdkafka a moment later, on threads that nobody waits for.
for (let turn = 0; turn < 300 && threads() > before; turn++) await pass(100);
const threadsLeft = threads() - before;
await broker.close();
process.stdout.write(`${JSON.stringify({ closed: ends.left + ends.timedOut, other: ends.other, late: ends.late, threadsLeft })}\n`);

/** The soak's measured process: one producer and one service of the library at a steady rate, handlers that fail now and then, records that cannot
 *  be read. Prints a JSON line per sample. Settings come as one JSON argument. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { DIST } from '../setup/paths.mjs';
import { takeSample } from './samples.mjs';

/** @typedef {{ bootstrapServers: string, rate: number, seconds: number, sampleSeconds: number }} Settings */

const { Consumer, Producer, getKafkaConsumer, getKafkaProducer } = /** @type {typeof import('../../src/index.js')} */ (
  await import(pathToFileURL(join(DIST, 'index.js')).href)
);
/** @type {Settings} */
const { bootstrapServers, rate, seconds, sampleSeconds } = JSON.parse(process.argv[2] ?? '{}');

const TICK_MS = 100;
/** Of 1000 messages: those whose first attempt fails, those that never succeed, those that are no JSON. */
const [FLAKY, POISON, BROKEN] = [20, 2, 1];
const PADDING = 'é'.repeat(300);
const DRAIN_DEADLINE_MS = 60_000;
const SETTLE_MS = 2_000;

const counts = { produced: 0, handled: 0, retried: 0, parked: 0, unreadable: 0, forwarded: 0 };
const raw = getKafkaProducer(bootstrapServers);
const producer = new Producer({ svc: 'soak', outputTopics: ['soak-in', 'soak-out'], bootstrapServers, logger: false });
/** @type {import('../../src/index.js').Consumer<{ n: number, padding: string }>} */
const consumer = new Consumer({
  ...{ bootstrapServers, groupId: 'soak', svc: 'soak', inputTopics: 'soak-in', logger: false },
  retry: { attempts: 3, initialDelayMs: 20 },
  deadLetter: { create: true },
  kafkaConsumerConfig: { 'auto.offset.reset': 'earliest' },
});
consumer.on('consumer.invalid', () => counts.unreadable++);

const processed = consumer.process(async (messages, context) => {
  const good = messages.filter((message) => !isFailing(message.payload, context.attempt));
  for (const message of messages) if (!good.includes(message)) fail(message, context);
  await producer.produceBatch(
    good.map((message) => message.derive(message.id, { n: message.payload.n })),
    { to: 'soak-out' },
  );
  counts.handled += good.length;
  counts.forwarded += good.length;
});
/** @type {unknown} Looked at in every turn: racing against `processed` would leave something at that promise each time, and this measures memory. */
let failure;
processed.catch((error) => {
  failure = error;
});
await produceSteadily();
await drained();
await consumer.close();
await processed;
await countParked();
await Promise.all([producer.close(), raw.close()]);
process.stdout.write(`${JSON.stringify({ end: true, counts })}\n`);

/** @param {{ n: number }} payload @param {number} attempt */
function isFailing({ n }, attempt) {
  const kind = n % 1000;
  return kind < POISON || (kind < POISON + FLAKY && attempt === 1);
}

/** @param {any} message @param {any} context */
function fail(message, context) {
  counts.retried++;
  context.fail(message, new Error(`message ${message.payload.n} fails on purpose`));
}

async function produceSteadily() {
  const started = performance.now();
  const elapsedMs = () => performance.now() - started;
  let nextSampleMs = 0;
  while (elapsedMs() < seconds * 1000) {
    const due = Math.floor((elapsedMs() / 1000) * rate) - counts.produced;
    await produce(Math.min(due, rate));
    if (failure !== undefined) throw failure;
    if (elapsedMs() >= nextSampleMs) {
      nextSampleMs += sampleSeconds * 1000;
      process.stdout.write(`${JSON.stringify({ ...takeSample(elapsedMs() / 1000), counts })}\n`);
    }
    await sleep(TICK_MS);
  }
}

/** @param {number} count */
async function produce(count) {
  const numbers = Array.from({ length: count }, (_, index) => counts.produced + index);
  counts.produced += count;
  const [broken, sound] = [numbers.filter((n) => n % 1000 >= 1000 - BROKEN), numbers.filter((n) => n % 1000 < 1000 - BROKEN)];
  await producer.produceBatch(
    sound.map((n) => ({ id: `key-${n % 997}`, payload: { n, padding: PADDING } })),
    { to: 'soak-in' },
  );
  await raw.produceBatch(
    'soak-in',
    broken.map((n) => ({ key: `key-${n}`, value: `{"item": ${n}` })),
  );
}

/** Until all that can be handled was: what is then still missing is for the verdict. */
async function drained() {
  const started = performance.now();
  const due = counts.produced - countOf(BROKEN) - countOf(POISON);
  while (performance.now() - started < DRAIN_DEADLINE_MS && counts.handled < due && failure === undefined) await sleep(TICK_MS);
  await sleep(SETTLE_MS); // the last of them may still be on their way into the dead letter
}

/** How many of the messages produced so far belong to a kind that has this many in 1000, at most. @param {number} inThousand */
function countOf(inThousand) {
  return Math.ceil(counts.produced / 1000) * inThousand;
}

/** By reading the dead letter, not by an event: what is counted is what is in the log. */
async function countParked() {
  const reader = getKafkaConsumer(bootstrapServers, 'soak-dlq', { 'auto.offset.reset': 'earliest' });
  reader.subscribe(['soak-in.dlq']);
  for (let quiet = 0; quiet < 3; ) {
    const records = await reader.consume(1_000, 2_000);
    counts.parked += records.length;
    quiet = records.length === 0 ? quiet + 1 : 0;
  }
  await reader.close();
}

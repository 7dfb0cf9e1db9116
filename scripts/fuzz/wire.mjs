/** The way of a consumed record, end to end: malformed records through the embedded broker, each compared with what the judge says must become of it;
 *  and through a consumer with a dead letter, in which each that cannot be read must lie, byte for byte.
 *  A process of its own, so that its memory is that of this work alone. Arguments: how many records, the seed. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DIST } from '../setup/paths.mjs';
import { runMain } from '../setup/report.mjs';
import { compare, compareLetter } from './compare.mjs';
import { makeRecord, randomFrom } from './mutate.mjs';
import { readSeedValues } from './seeds.mjs';

/** @typedef {import('./mutate.mjs').RawRecord} RawRecord */
/** @typedef {import('./compare.mjs').Outcome} Outcome */

/** Below what a partition of the embedded broker keeps (5 MB), so that nothing is gone before it is read. */
const ROUND_RECORDS = 5_000;
const ROUND_BYTES = 2_000_000;
const ROUND_DEADLINE_MS = 60_000;
const WARM_UP = 0.2;
const TELL_EVERY = 100_000;
const DEAD_LETTERS = 'fuzz.dlq';
const FORMATS = /** @type {const} */ (['envelope', 'json']);
/** Well above what a heap breathes, well below one leaked byte a record and format. */
const MAX_GROWTH_MB = 64;

await runMain(async () => {
  const [runs = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);
  Error.stackTraceLimit = 0; // the judge makes JSON.parse throw millions of times
  const { Consumer, getKafkaConsumer, getKafkaProducer } = /** @type {typeof import('../../src/index.js')} */ (
    await importDist('index.js')
  );
  const { EmbeddedBroker } = /** @type {typeof import('../../src/testing/index.js')} */ (await importDist('testing/index.js'));
  const broker = await EmbeddedBroker.start({ topics: { fuzz: 1, [DEAD_LETTERS]: 1 } });
  const producer = getKafkaProducer(broker.bootstrapServers);
  const readers = FORMATS.map((format) => read(Consumer, broker.bootstrapServers, format));
  const parking = park(Consumer, broker.bootstrapServers);
  const letters = readLetters(getKafkaConsumer(broker.bootstrapServers, 'letters', { 'auto.offset.reset': 'earliest' }));
  let grownMb = 0;
  try {
    grownMb = await fuzz({ runs, seed, readers, letters, write: (records) => producer.produceBatch('fuzz', records) });
  } finally {
    await Promise.all([...readers, parking, letters, producer].map((client) => client.close()));
    await broker.close();
  }
  if (grownMb <= MAX_GROWTH_MB) return 0;
  process.stdout.write(`fuzz: more than ${MAX_GROWTH_MB} MB: something of each record stays\n`);
  return 1;
});

/** Round after round: written, read in each format, compared.
 *  @param {{ runs: number, seed: number, readers: readonly ReturnType<typeof read>[], letters: ReturnType<typeof readLetters>,
 *    write: (records: readonly RawRecord[]) => Promise<unknown> }} options
 *  @returns {Promise<number>} by how many MB resident memory grew after the first fifth */
async function fuzz({ runs, seed, readers, letters, write }) {
  const tally = newTally();
  const random = randomFrom(seed);
  const seeds = readSeedValues();
  let warmMb = 0;
  for (let base = 0; base < runs; ) {
    const records = makeRound(random, seeds, runs - base);
    await write(records);
    /** @type {{ record: RawRecord, offset: number }[]} */
    const unreadable = [];
    for (const { format, next } of readers) {
      const outcomes = await next(records.length, base);
      records.forEach((record, index) => {
        tally.add(compare(record, outcomes[index], { format, name: `seed ${seed}, record ${base + index}` }));
        // As the judge has just found.
        if (format === 'envelope' && outcomes[index] instanceof Error) unreadable.push({ record, offset: base + index });
      });
    }
    for (const { record, offset, letter } of await letters.next(unreadable)) {
      compareLetter(record, letter, { offset, name: `seed ${seed}, record ${offset}` });
      tally.add('dead letter');
    }
    base += records.length;
    if (warmMb === 0 && base >= runs * WARM_UP) warmMb = rssMb();
    if (base % TELL_EVERY < records.length) process.stdout.write(`fuzz: ${base} records, ${rssMb().toFixed(0)} MB\n`);
  }
  const grownMb = rssMb() - warmMb;
  process.stdout.write(`fuzz: seed ${seed}: ${tally.text()}; resident memory grew by ${grownMb.toFixed(1)} MB after the first fifth\n`);
  return grownMb;
}

/** @param {string} file */
function importDist(file) {
  return import(pathToFileURL(join(DIST, file)).href);
}

/** @param {import('./mutate.mjs').Random} random @param {readonly Buffer[]} seeds @param {number} atMost */
function makeRound(random, seeds, atMost) {
  /** @type {RawRecord[]} */
  const records = [];
  let bytes = 0;
  while (records.length < Math.min(ROUND_RECORDS, atMost) && bytes < ROUND_BYTES) {
    const record = makeRecord(random, seeds);
    records.push(record);
    bytes += (record.value?.length ?? 0) + 100;
  }
  return records;
}

/** A consumer that passes over what it cannot read and keeps, by offset, what came of each record.
 *  @param {typeof import('../../src/index.js').Consumer} Consumer @param {string} bootstrapServers @param {'envelope' | 'json'} format */
function read(Consumer, bootstrapServers, format) {
  const consumer = new Consumer({
    bootstrapServers,
    groupId: format,
    inputTopics: 'fuzz',
    inputFormat: format,
    onInvalid: 'skip',
    tombstones: 'deliver',
    batchSize: 1_000,
    consumerTimeoutMs: 20,
    logger: false,
    kafkaConsumerConfig: { 'auto.offset.reset': 'earliest', 'fetch.wait.max.ms': 10 },
  });
  /** @type {Map<number, Outcome>} */
  const outcomes = new Map();
  let arrived = () => void 0;
  const keep = (/** @type {number} */ offset, /** @type {Outcome} */ outcome) => {
    if (outcomes.has(offset)) throw new Error(`${format}: offset ${offset} came twice`);
    outcomes.set(offset, outcome);
    arrived();
  };
  consumer.on('consumer.invalid', ({ error }) => keep(error.position?.offset ?? -1, error));
  const processed = consumer.process((messages) => {
    for (const message of messages) keep(message.offset, message);
  });
  return {
    format,
    /** What came of the records from `base` on. @param {number} count @param {number} base */
    async next(count, base) {
      const all = new Promise((resolve) => {
        arrived = () => {
          if (outcomes.size === count) resolve(undefined);
        };
        arrived();
      });
      await Promise.race([all, processed, deadline(() => `${format}: ${outcomes.size} of ${count} records came from offset ${base} on`)]);
      const inOrder = Array.from({ length: count }, (_, index) => outcomes.get(base + index));
      outcomes.clear();
      return inOrder;
    },
    async close() {
      await consumer.close();
      await processed;
    },
  };
}

/** A consumer that parks what it cannot read. @param {typeof import('../../src/index.js').Consumer} Consumer @param {string} bootstrapServers */
function park(Consumer, bootstrapServers) {
  const consumer = new Consumer({
    ...{ bootstrapServers, groupId: 'parks', svc: 'fuzz', inputTopics: 'fuzz', batchSize: 1_000, consumerTimeoutMs: 20, logger: false },
    deadLetter: { topic: DEAD_LETTERS },
    kafkaConsumerConfig: { 'auto.offset.reset': 'earliest', 'fetch.wait.max.ms': 10 },
  });
  const processed = consumer.process(() => undefined);
  // Its end is seen by whoever waits for the letters.
  processed.catch((error) => process.stdout.write(`fuzz: the consumer with a dead letter ended: ${error.message}\n`));
  return {
    async close() {
      await consumer.close();
      await processed;
    },
  };
}

/** What lies in the dead letter, in order. @param {import('../../src/consumer/raw-consumer.js').RawConsumer} consumer */
function readLetters(consumer) {
  consumer.subscribe(DEAD_LETTERS);
  return {
    /** The letters of these records: no fewer, no others. @template {{ offset: number }} T @param {readonly T[]} due */
    async next(due) {
      /** @type {import('../../src/consumer/raw-record.js').RawRecord[]} */
      const came = [];
      const startedMs = performance.now();
      while (came.length < due.length) {
        came.push(...(await consumer.consume(due.length - came.length, 1_000)));
        if (performance.now() - startedMs > ROUND_DEADLINE_MS) throw new Error(`${came.length} of ${due.length} dead letters came`);
      }
      return due.map((each, index) => ({ ...each, letter: /** @type {NonNullable<typeof came[number]>} */ (came[index]) }));
    },
    close: () => consumer.close(),
  };
}

/** @param {() => string} state @returns {Promise<never>} */
function deadline(state) {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`A round took longer than ${ROUND_DEADLINE_MS} ms: ${state()}`)), ROUND_DEADLINE_MS).unref();
  });
}

function rssMb() {
  return process.memoryUsage.rss() / 1e6;
}

/** How often what came out. */
function newTally() {
  /** @type {Map<string, number>} */
  const counts = new Map();
  return {
    add: (/** @type {string} */ outcome) => void counts.set(outcome, (counts.get(outcome) ?? 0) + 1),
    text: () =>
      [...counts]
        .map(([name, count]) => `${count} ${name}`)
        .sort()
        .join(', '),
  };
}

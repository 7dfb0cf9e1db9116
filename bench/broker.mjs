/** The broker under the benchmarks: one real Kafka, topics of 6 partitions, one of them filled with what is to be consumed. */
import { readFileSync } from 'node:fs';
import { Producer } from '../dist/index.js';
import { startKafka } from '../scripts/kafka/cluster.mjs';
import { toEvent, toRefs, toSmallEvent } from './payload.mjs';
import { whenQuiet } from './quiet.mjs';

export const PARTITIONS = 6;
const PATIENT_PARTITIONS = 12;
/** Long enough that all processes of a group have joined. */
const PATIENCE_MS = 3_000;
const FILL_BATCH = 5_000;

/** @typedef {object} BenchBroker
 *  @property {string} bootstrapServers
 *  @property {string} version of Kafka
 *  @property {(messages: number, what: Contents) => Promise<string>} filledTopic the topic that holds exactly so many such messages; filled once
 *  @property {() => Promise<string>} freshTopic a new, empty topic
 *  @property {(topic: string) => Promise<void>} dropTopic
 *  @property {() => Promise<void>} quiet resolves when it rests
 *  @property {() => Promise<void>} stop */

/** @typedef {{ hops: number, keys: number, isSmall: boolean }} Contents hops of history; keys that recur, in partition 0 alone (0 = one each, everywhere);
 *  events of 1.4 KB, or small ones */

/** @param {import('./jobs.mjs').Job['broker']} kind @returns {Promise<BenchBroker>} */
export async function startBroker(kind) {
  process.stderr.write('starting a Kafka ...\n');
  // A server compiles with all tiers; the tests' brokers do not, since they live for seconds. What is deleted should be gone from the disk soon.
  const flags = ['-XX:TieredStopAtLevel=4', '-Xmx768m'];
  const numPartitions = kind === 'patient' ? PATIENT_PARTITIONS : PARTITIONS;
  const patience = kind === 'patient' ? { 'group.initial.rebalance.delay.ms': String(PATIENCE_MS) } : {};
  const kafka = await startKafka({ flags, properties: { 'log.segment.delete.delay.ms': '1000', ...patience } });
  const { bootstrapServers } = kafka;
  const { Kafka, logLevel } = (await import('kafkajs')).default;
  const admin = new Kafka({ clientId: 'bench', brokers: [bootstrapServers], logLevel: logLevel.ERROR }).admin();
  await admin.connect();
  let made = 0;
  const freshTopic = async () => {
    const topic = `bench-${++made}`;
    await admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1 }], waitForLeaders: true });
    return topic;
  };
  /** @type {Map<string, Promise<string>>} */
  const filled = new Map();
  return {
    bootstrapServers,
    version: kafkaVersion(),
    freshTopic,
    filledTopic: (messages, contents) => {
      const what = JSON.stringify([messages, contents]);
      const topic = filled.get(what) ?? freshTopic().then((name) => fill(bootstrapServers, name, { messages, ...contents }));
      filled.set(what, topic);
      return topic;
    },
    quiet: async () => void (await Promise.all(kafka.brokers.map(({ pid }) => (pid === undefined ? undefined : whenQuiet(pid))))),
    dropTopic: (topic) => admin.deleteTopics({ topics: [topic] }),
    stop: async () => {
      await admin.disconnect();
      await kafka.stop();
    },
  };
}

/** @param {string} bootstrapServers @param {string} topic @param {Contents & { messages: number }} what */
async function fill(bootstrapServers, topic, { messages, hops, keys, isSmall }) {
  process.stderr.write(`filling ${topic} with ${messages} messages ...\n`);
  const producer = new Producer({ svc: 'bench', bootstrapServers, outputTopics: topic });
  for (let first = 0; first < messages; first += FILL_BATCH) {
    const length = Math.min(FILL_BATCH, messages - first);
    const numbers = Array.from({ length }, (_, i) => first + i);
    await producer.produceBatch(
      numbers.map((n) => {
        const payload = isSmall ? toSmallEvent(n) : toEvent(n);
        const place = keys > 0 ? { id: `key-${n % keys}`, record: { partition: 0 } } : { id: payload.id };
        return { ...place, payload, refs: /** @type {any} */ (toRefs(n, hops)) };
      }),
    );
  }
  await producer.close();
  return topic;
}

/** The version of the jars that scripts/kafka runs. */
function kafkaVersion() {
  const pom = readFileSync(new URL('../scripts/kafka/pom.xml', import.meta.url), 'utf8');
  return /<artifactId>kafka_2\.13<\/artifactId>\s*<version>([^<]+)</.exec(pom)?.[1] ?? 'of unknown version';
}

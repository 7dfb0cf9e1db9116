/** What is measured: each job with its size, the engines that can do it, and the bars it must reach. An engine is the file engines/<name>.mjs (or .py),
 *  `<name>-node24` the same under Node 24. */
import * as bars from './bars.mjs';

/** @typedef {object} Job
 *  @property {string} name for --only
 *  @property {string} title
 *  @property {'consume' | 'hold' | 'raw' | 'produce' | 'parse' | 'latency' | 'wait'} verb the function of the engine that does it
 *  @property {number} messages
 *  @property {number} batchSize
 *  @property {number} inFlight batches under way at once (produce)
 *  @property {number} holdMs how long the handler keeps its first batch
 *  @property {number} max handler calls at once (wait)
 *  @property {number} keys that the messages have, all in one partition; 0 = one each, in all partitions
 *  @property {boolean} isSmall messages of 150 bytes instead of 1.4 KB
 *  @property {number} hops of history in each envelope (consume)
 *  @property {number} processes of one group, started together
 *  @property {number} mostRuns counted runs, at most
 *  @property {boolean} warmsUp takes part in the round that warms the broker's JVM and is not counted
 *  @property {'plain' | 'patient'} broker patient: waits for all members before it assigns partitions, and has 12 of them
 *  @property {readonly string[]} engines
 *  @property {readonly import('./bars.mjs').Bar[]} bars */

/** In the same order in every table. */
const PEERS = ['kafkajs', 'platformatic', 'confluent-promise', 'confluent-callback'];

/** @type {Omit<Job, 'name' | 'title' | 'verb' | 'messages' | 'engines' | 'bars'>} */
const USUAL = {
  batchSize: 500,
  inFlight: 1,
  holdMs: 0,
  max: 1,
  keys: 0,
  isSmall: false,
  hops: 1,
  processes: 1,
  mostRuns: 99,
  warmsUp: false,
  broker: 'plain',
};

/** @param {number} processes @returns {Job} */
const scale = (processes) => ({
  ...USUAL,
  name: `scale-${processes}`,
  title: `Scale: consume 200 000 of 12 partitions by ${processes === 1 ? 'one process' : `${processes} processes of one group`}`,
  verb: 'consume',
  messages: 200_000,
  processes,
  mostRuns: 2,
  warmsUp: processes === 1,
  broker: 'patient',
  engines: ['ours', 'kafkajs'],
  bars: [bars.ratioToFastest(1)],
});

const CONCURRENCY_ENGINES = ['ours', 'floor', 'floor-parsed', 'ours-node24', 'floor-node24'];

/** @param {number} max @param {number} messages @returns {Job} */
const concurrency = (max, messages) => ({
  ...USUAL,
  name: `concurrency-${max}`,
  title: `Concurrency: ${messages} messages of 1000 keys in one partition, a handler that waits 5 ms a message, ${max} at once by key`,
  verb: 'wait',
  messages,
  max,
  keys: 1_000,
  mostRuns: 3,
  engines: CONCURRENCY_ENGINES,
  bars: [
    bars.ratioTo('floor', 0.8, ', the same waits without any Kafka'),
    bars.ratioTo('floor-node24', 0.8, ', the same under Node 24', 'ours-node24'),
  ],
});

/** @type {readonly Job[]} */
export const JOBS = [
  {
    ...USUAL,
    name: 'consume',
    title: 'Consume 100 000 in batches of 500, every payload parsed, every batch committed',
    verb: 'consume',
    messages: 100_000,
    warmsUp: true,
    engines: ['ours', ...PEERS, 'python'],
    bars: [bars.ratioToFastest(1.7), bars.ratioTo('platformatic', 2.5), bars.lowestCpu(), bars.mainOverFloor(1.4)],
  },
  {
    ...USUAL,
    name: 'consume-history',
    title: 'The same with histories of 6 hops in the envelopes: peers parse the whole value, ours is asked for payload and id only',
    verb: 'consume',
    messages: 100_000,
    hops: 6,
    mostRuns: 3,
    engines: ['ours', ...PEERS.slice(0, 3)],
    bars: [bars.ratioToFastest(2.4), bars.lowestCpu()],
  },
  {
    ...USUAL,
    name: 'parse',
    title: 'Floor: JSON.parse of the same 100 000 values (histories of one hop), one by one, without any Kafka',
    verb: 'parse',
    messages: 100_000,
    engines: ['floor'],
    bars: [],
  },
  {
    ...USUAL,
    name: 'raw',
    title: 'Without JSON: 100 000 records taken in batches of 500, nothing parsed, nothing committed',
    verb: 'raw',
    messages: 100_000,
    engines: ['engine-only', 'engine-envelope', 'ours-raw'],
    bars: [bars.rateOf('engine-only', 400_000)],
  },
  {
    ...USUAL,
    name: 'produce',
    title: 'Produce 60 000 in batches of 500, each batch awaited before the next',
    verb: 'produce',
    messages: 60_000,
    warmsUp: true,
    engines: ['ours', ...PEERS, 'python'],
    bars: [bars.ratioToFastest(1.15), bars.lowestCpu()],
  },
  {
    ...USUAL,
    name: 'produce-4',
    title: 'Produce 60 000 in batches of 500, four batches in flight',
    verb: 'produce',
    messages: 60_000,
    inFlight: 4,
    engines: ['ours', ...PEERS],
    bars: [bars.ratioToFastest(1.4), bars.lowestCpu()],
  },
  {
    ...USUAL,
    name: 'memory',
    title: 'Memory: 200 000 messages wait while the handler keeps its first batch for 4 s, then all are consumed (peak of the whole life)',
    verb: 'hold',
    messages: 200_000,
    holdMs: 4_000,
    mostRuns: 3,
    engines: ['ours'],
    bars: [bars.peakMemory('ours', 250)],
  },
  {
    ...USUAL,
    name: 'latency',
    title: 'Latency: one message every 5 ms, from the call that produces it until the handler has it, 500 of them',
    verb: 'latency',
    messages: 500,
    mostRuns: 3,
    engines: ['ours', ...PEERS],
    bars: [bars.latencyNotWorse('p50Ms'), bars.latencyNotWorse('p99Ms')],
  },
  scale(1),
  scale(2),
  scale(4),
  concurrency(1, 1_000),
  concurrency(10, 10_000),
  concurrency(50, 40_000),
  concurrency(100, 60_000),
  concurrency(200, 100_000),
  {
    ...concurrency(200, 100_000),
    name: 'concurrency-200-small',
    title: 'Concurrency: the same 200 at once with messages of 150 bytes',
    engines: CONCURRENCY_ENGINES.filter((engine) => engine !== 'floor-parsed'),
    isSmall: true,
  },
];

/** Every engine once. */
export const ENGINES = [...new Set(JOBS.flatMap((job) => job.engines))];

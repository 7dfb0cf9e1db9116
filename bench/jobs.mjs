/** What is measured: each job with its size, the engines that can do it, and the ratio it must reach. An engine is the file engines/<name>.mjs. */

/** @typedef {object} Job
 *  @property {string} name for --only
 *  @property {string} title
 *  @property {'consume' | 'produce' | 'parse'} verb the function of the engine that does it
 *  @property {number} messages
 *  @property {number} batchSize
 *  @property {number} inFlight batches under way at once (produce)
 *  @property {readonly string[]} engines
 *  @property {{ of: string, over: string, atLeast: number } | undefined} bar the ratio of two engines' median rates */

/** @typedef {object} Engine
 *  @property {() => string} version
 *  @property {(task: import('./worker.mjs').Task) => Promise<void>} [consume]
 *  @property {(task: import('./worker.mjs').Task) => Promise<void>} [produce]
 *  @property {(task: import('./worker.mjs').Task) => Promise<void>} [parse] */

const CLIENTS = ['ours', 'kafkajs'];

/** @type {readonly Job[]} */
export const JOBS = [
  {
    name: 'consume',
    title: 'Consume 100 000 in batches of 500, every payload parsed, every batch committed',
    verb: 'consume',
    messages: 100_000,
    batchSize: 500,
    inFlight: 1,
    engines: CLIENTS,
    bar: { of: 'ours', over: 'kafkajs', atLeast: 1.4 },
  },
  {
    name: 'produce',
    title: 'Produce 60 000 in batches of 500, each batch awaited before the next',
    verb: 'produce',
    messages: 60_000,
    batchSize: 500,
    inFlight: 1,
    engines: CLIENTS,
    bar: { of: 'ours', over: 'kafkajs', atLeast: 1.5 },
  },
  {
    name: 'produce-4',
    title: 'Produce 60 000 in batches of 500, four batches in flight',
    verb: 'produce',
    messages: 60_000,
    batchSize: 500,
    inFlight: 4,
    engines: CLIENTS,
    bar: undefined,
  },
  {
    name: 'parse',
    title: 'Floor: JSON.parse of the same 100 000 values, one by one, without any Kafka',
    verb: 'parse',
    messages: 100_000,
    batchSize: 500,
    inFlight: 1,
    engines: ['floor'],
    bar: undefined,
  },
];

/** Every engine once. */
export const ENGINES = [...new Set(JOBS.flatMap((job) => job.engines))];

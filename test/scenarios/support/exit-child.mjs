/** A process that ends in some way while clients are open; its parent looks at how and when. Arguments: the way, bootstrap servers. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { Consumer, Producer } from '../../../dist/index.js';

const [way, bootstrapServers] = isMainThread ? process.argv.slice(2) : [workerData.way, workerData.bootstrapServers];
const kafkaConsumerConfig = { 'auto.offset.reset': 'earliest', 'fetch.wait.max.ms': 10, 'session.timeout.ms': 1200 };
const consumer = () =>
  new Consumer({ bootstrapServers, groupId: `g-${way}`, inputTopics: 't', consumerTimeoutMs: 20, kafkaConsumerConfig, logger: false });
const producer = () => new Producer({ svc: 'exit', outputTopics: 't', bootstrapServers, logger: false });
const say = (/** @type {string} */ text) => void process.stdout.write(`${text}\n`);

/** Processes, and does something in the first call of the handler. */
const processing = (/** @type {(c: Consumer) => unknown} */ act) => {
  const c = consumer();
  return c.process(async () => {
    await act(c);
  });
};

/** @type {Record<string, () => unknown>} */
const WAYS = {
  /** The program is over; nobody closed anything. */
  forgotten: async () => {
    await consumer().connect();
    await producer().produce({ id: null, payload: null });
    say('done');
  },
  closed: async () => {
    await processing((c) => c.close());
    say('done');
  },
  'processing and exit': () =>
    processing(() => {
      say('done');
      process.exit(3);
    }),
  'producing and exit': async () => {
    const p = producer();
    await p.connect();
    for (let i = 0; i < 100; i++) void p.produce({ id: null, payload: i }).catch(() => undefined);
    say('done');
    process.exit(3);
  },
  'connecting and exit': () => {
    const nobody = { bootstrapServers: '127.0.0.1:1', logger: /** @type {const} */ (false) };
    const c = new Consumer({ ...nobody, groupId: 'g', inputTopics: 't' });
    c.on('consumer.error', () => {
      say('done');
      process.exit(3);
    });
    void new Producer({ ...nobody, svc: 'a', outputTopics: 't' }).connect().catch(() => undefined);
    void c.connect().catch(() => undefined);
  },
  'handler stuck and exit': () =>
    processing(() => {
      say('done');
      setImmediate(() => process.exit(3));
      return new Promise(() => undefined);
    }),
  'uncaught throw': () =>
    processing(() => {
      say('done');
      setImmediate(() => {
        throw new Error('nobody catches me');
      });
    }),
  'worker terminated': async () => {
    if (!isMainThread) return void processing(() => parentPort?.postMessage('handling'));
    const worker = new Worker(new URL(import.meta.url), { workerData: { way, bootstrapServers } });
    await new Promise((resolve) => worker.once('message', resolve));
    await worker.terminate();
    say('done');
  },
  'worker exits with its clients open': async () => {
    if (!isMainThread) {
      const p = producer();
      await p.produce({ id: null, payload: null });
      void processing(() => process.exit(0));
      return;
    }
    const worker = new Worker(new URL(import.meta.url), { workerData: { way, bootstrapServers } });
    await new Promise((resolve) => worker.once('exit', resolve));
    say('done');
  },
};

await WAYS[way ?? '']?.();

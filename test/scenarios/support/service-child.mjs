/** A service that is asked to end by signals; its parent sends them. Arguments: the way, bootstrap servers, the handler's time or its drain time. */
import { Worker } from 'node:worker_threads';
import { Consumer, Producer, shutdownSignal } from '../../../dist/index.js';

const [way = '', bootstrapServers = '', ms = '0'] = process.argv.slice(2);
const kafkaConsumerConfig = { 'auto.offset.reset': 'earliest', 'fetch.wait.max.ms': 10, 'session.timeout.ms': 3000 };
const say = (/** @type {string} */ text) => void process.stdout.write(`${text}\n`);
const pass = () => new Promise((resolve) => setTimeout(resolve, Number(ms)));
const consumer = (drainTimeoutMs = 10_000) =>
  new Consumer({
    bootstrapServers,
    groupId: 'g',
    inputTopics: 't',
    consumerTimeoutMs: 20,
    kafkaConsumerConfig,
    drainTimeoutMs,
    logger: false,
  });

/** @type {Record<string, () => unknown>} */
const WAYS = {
  /** Handles for a while, produces, and has nothing else to do. */
  drains: async () => {
    const producer = new Producer({ svc: 'a', outputTopics: 'out', bootstrapServers, logger: false });
    const c = consumer();
    c.on('consumer.committed', ({ positions }) => say(`committed ${positions.map(({ offset }) => offset)}`));
    await c.process(
      async (messages, { signal }) => {
        say('handling');
        await pass();
        await producer.produceBatch(messages.map(({ id, payload }) => ({ id, payload })));
        say(`handled, aborted: ${signal.aborted}`);
      },
      { signal: shutdownSignal() },
    );
    await producer.close();
    say('processed');
  },
  'loop drains': async () => {
    for await (const batch of consumer().batches({ signal: shutdownSignal() })) {
      say('handling');
      await pass();
      await batch.commit();
      say('committed');
    }
    say('processed');
  },
  /** Handles for ever; something else keeps the process as well. */
  hangs: async () => {
    setInterval(() => undefined, 1_000);
    await consumer().process(
      () => {
        say('handling');
        return new Promise(() => undefined);
      },
      { signal: shutdownSignal() },
    );
  },
  'misses its deadline': async () => {
    const c = consumer(Number(ms));
    await c.process(
      () => {
        say('handling');
        return new Promise(() => undefined);
      },
      { signal: shutdownSignal() },
    );
  },
  'has something else': async () => {
    setInterval(() => undefined, 1_000);
    const signal = shutdownSignal();
    signal.addEventListener('abort', () => say(`aborted: ${signal.reason.message}`));
    say('handling');
  },
  'shares one installation': async () => {
    const count = () => process.listenerCount('SIGTERM') + process.listenerCount('SIGINT') * 10 + process.listenerCount('SIGHUP') * 100;
    const signals = [shutdownSignal(), shutdownSignal({ signals: ['SIGTERM'] }), shutdownSignal({ signals: ['SIGHUP'] })];
    const isSame = shutdownSignal({ signals: ['SIGINT', 'SIGTERM', 'SIGINT'] }) === signals[0];
    say(`handling with ${count()}, ${isSame}`);
    process.on('warning', ({ message }) => say(message));
    for (let n = 0; n < 20; n++) signals[0]?.addEventListener('abort', () => undefined);
    setInterval(() => undefined, 1_000);
    process.once('SIGUSR2', () => say(`aborted: ${signals.map(({ aborted }) => aborted)}, ${shutdownSignal().aborted}`));
  },
  /** Nobody holds what was given out, only what follows it together with something else. */
  'follows it': async () => {
    const other = new AbortController();
    const both = (() => AbortSignal.any([shutdownSignal(), other.signal]))();
    for (let turn = 0; turn < 20; turn++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const open = setInterval(() => undefined, 1_000);
    both.addEventListener('abort', () => {
      say('aborted');
      clearInterval(open);
    });
    say(`handling with ${process.listenerCount('SIGTERM')}`);
  },
  'in a worker': () => {
    const body = `require('@predicthq/kafka').shutdownSignal()`;
    new Worker(body, { eval: true }).once('error', (error) => say(/** @type {{ code?: string } & Error} */ (error).message));
  },
};

await WAYS[way]?.();

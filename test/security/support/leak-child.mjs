/** Runs the library through good and bad ways with marked secrets and prints everything that anyone could see of it: logs, events, errors, objects.
 *  Standard input: a list of JSON options, one run each. */
import { text } from 'node:stream/consumers';
import { setTimeout as pass } from 'node:timers/promises';
import { format, inspect } from 'node:util';
import { Consumer, getKafkaConsumer, getKafkaProducer, Producer } from '../../../dist/index.js';

const WITHIN_MS = 3_500;

/** @param {string} what @param {unknown} value */
function show(what, value) {
  const all = { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true, maxStringLength: null, maxArrayLength: null };
  console.log(what, inspect(value, all));
  console.log(format('%s %j %o', value, value, value), JSON.stringify(value), String(value));
  if (value instanceof Error) {
    console.log(value.stack);
    if (value.cause !== undefined) show(`${what}, cause`, value.cause);
  }
}

/** @param {string} what @param {() => Promise<unknown>} work */
async function attempt(what, work) {
  try {
    show(what, await Promise.race([work(), pass(WITHIN_MS)]));
  } catch (error) {
    show(what, error);
  }
}

/** @typedef {{ name: string, options: any, oauthToken?: any }} Run @param {Run} run */
async function runAll({ name, options, oauthToken }) {
  const shared = {
    ...options,
    ...(oauthToken === undefined ? {} : { oauthToken: () => ({ ...oauthToken }) }),
    kafkaConfig: { debug: 'all', 'statistics.interval.ms': 500, ...options.kafkaConfig },
  };
  await attempt(`${name}: producer`, async () => {
    const producer = new Producer({ svc: 'leak', outputTopics: 'leak', closeTimeoutMs: 500, ...shared });
    for (const event of ['error', 'log', 'stats', 'connected', 'delivered', 'closed']) {
      producer.on(/** @type {'producer.log'} */ (`producer.${event}`), (detail) => show(event, detail));
    }
    show('producer', producer);
    await attempt('connect', () => producer.connect({ timeoutMs: 2_000 }));
    await attempt('produce', () => producer.produce({ id: 'x', payload: 1 }));
    await attempt('close', () => producer.close());
  });
  await attempt(`${name}: consumer`, async () => {
    const consumer = new Consumer({ groupId: 'leak', inputTopics: 'leak', startTimeoutMs: 1_000, closeTimeoutMs: 1_000, ...shared });
    for (const event of ['error', 'log', 'stats', 'connected', 'assigned', 'closed']) {
      consumer.on(/** @type {'consumer.log'} */ (`consumer.${event}`), (detail) => show(event, detail));
    }
    show('consumer', consumer);
    const processed = consumer.process(() => undefined);
    processed.catch(() => undefined);
    await attempt('process', () => processed);
    await attempt('close', () => consumer.close());
  });
  const { bootstrapServers, kafkaConfig } = shared;
  await attempt(`${name}: raw`, async () => show('raw producer', getKafkaProducer(bootstrapServers, kafkaConfig)));
  await attempt(`${name}: raw`, async () => show('raw consumer', getKafkaConsumer(bootstrapServers, 'g', kafkaConfig)));
}

for (const run of JSON.parse(await text(process.stdin))) await runAll(run);

/** A service that is going to be killed: it says what it begins, what it has handled and what is committed, each before anything else happens.
 *  Arguments: bootstrap servers, topic, group, librdkafka settings as JSON. */
import { writeSync } from 'node:fs';
import { setTimeout as pass } from 'node:timers/promises';
import { Consumer } from '../../../dist/index.js';

const [bootstrapServers = '', inputTopics = '', groupId = '', config = '{}'] = process.argv.slice(2);
// Not process.stdout: what is written must be out when the next statement runs.
const say = (/** @type {string} */ what, /** @type {unknown} */ detail) => writeSync(1, `${JSON.stringify([what, detail])}\n`);

const consumer = new Consumer({
  bootstrapServers,
  inputTopics,
  groupId,
  batchSize: 20,
  consumerTimeoutMs: 10,
  logger: false,
  kafkaConsumerConfig: { 'auto.offset.reset': 'earliest', ...JSON.parse(config) },
});
consumer.on('consumer.committed', ({ positions }) => say('committed', positions));
await consumer.process(async (messages) => {
  const positions = messages.map(({ partition, offset }) => `${partition}:${offset}`);
  say('begun', positions);
  await pass(15);
  say('handled', positions);
});

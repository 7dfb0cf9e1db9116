/** Runs the README's first example (argument: its compiled file) as the service that it is: on an embedded broker, fed with quakes until it answers,
 *  then ended with SIGTERM. Prints what it answered; fails after 60 seconds. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Consumer, Producer } from '@predicthq/kafka';
import { EmbeddedBroker } from '@predicthq/kafka/testing';

const DEADLINE_MS = 60_000;
const FEED_MS = 200;

const [example = ''] = process.argv.slice(2);
const broker = await EmbeddedBroker.start({ topics: { quakes: 1, alerts: 1 } });
const { bootstrapServers } = broker;
const env = { ...process.env, BOOTSTRAP_SERVERS: bootstrapServers };
const service = spawn(process.execPath, [example], { env, stdio: ['ignore', 'inherit', 'inherit'] });
const overdue = setTimeout(() => service.kill('SIGKILL'), DEADLINE_MS);
const ended = once(service, 'exit');
const answered = new AbortController();
void ended.then(() => answered.abort());

const [alert] = await Promise.all([readAlert(answered.signal), feed(answered.signal)]);
service.kill('SIGTERM');
const [code, signal] = await ended;
clearTimeout(overdue);
await broker.close();
if (code !== 0 || alert === undefined) throw new Error(`the example ended with ${code ?? signal}, its alert: ${JSON.stringify(alert)}`);
console.log(JSON.stringify({ id: alert.id, payload: alert.payload, origin: alert.refs[0].hist?.refs?.[0]?.topic }));

/** The first alert; undefined when the service ended before. @param {AbortSignal} end */
async function readAlert(end) {
  const kafkaConsumerConfig = /** @type {const} */ ({ 'auto.offset.reset': 'earliest' });
  const consumer = new Consumer({ bootstrapServers, groupId: 'reader', inputTopics: 'alerts', batchSize: 1, kafkaConsumerConfig });
  end.addEventListener('abort', () => void consumer.close());
  /** @type {import('@predicthq/kafka').ConsumedMessage | undefined} */
  let first;
  await consumer.process(([message]) => {
    first ??= message;
    void consumer.close();
  });
  answered.abort();
  return first;
}

/** A new group starts at the topic's end, so what was written before the service joined is not for it: write until it has answered.
 *  @param {AbortSignal} end */
async function feed(end) {
  const producer = new Producer({ svc: 'sensors', outputTopics: 'quakes', bootstrapServers });
  while (!end.aborted) {
    await producer.produceBatch([
      { id: 'weak', payload: { mag: 2 } },
      { id: 'strong', payload: { mag: 5.1 } },
    ]);
    await delay(FEED_MS, undefined, { signal: end }).catch(() => undefined);
  }
  await producer.close();
}

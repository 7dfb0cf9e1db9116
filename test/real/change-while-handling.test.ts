// A member that is closed, or whose handler throws, while a rebalance waits for that handler: the group goes on, nothing is lost, nothing done comes again.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningKafka, startKafka } from '../../scripts/kafka/cluster.mjs';
import { Consumer, type ConsumerConfig, Producer } from '../../src/index.js';
import { gate, next, within } from '../support/consuming.js';

const N = 200;
const BATCH = 20;
const PROTOCOLS: Readonly<Record<string, ConsumerConfig>> = {
  eager: { 'partition.assignment.strategy': 'range', 'heartbeat.interval.ms': 300 },
  cooperative: { 'partition.assignment.strategy': 'cooperative-sticky', 'heartbeat.interval.ms': 300 },
  kip848: { 'group.protocol': 'consumer' },
};
const ENDS = ['closed', 'throws'] as const;

let kafka: RunningKafka;
beforeAll(async () => {
  const properties = { 'group.consumer.heartbeat.interval.ms': '500', 'group.consumer.min.heartbeat.interval.ms': '500' };
  kafka = await startKafka({ properties });
});
afterAll(() => kafka?.stop());

test.for(Object.keys(PROTOCOLS).flatMap((protocol) => ENDS.map((end) => [protocol, end] as const)))('%s, %s', async ([protocol, end]) => {
  const { bootstrapServers } = kafka;
  const topic = `change-${protocol}-${end}`;
  await using producer = new Producer({ svc: 'load', outputTopics: topic, bootstrapServers, logger: false });
  await producer.produceBatch(Array.from({ length: N }, (_, i) => ({ id: null, payload: i, record: { partition: i % 4 } })));
  const member = () =>
    new Consumer<number>({
      bootstrapServers,
      groupId: topic,
      inputTopics: topic,
      batchSize: BATCH,
      consumerTimeoutMs: 20,
      logger: false,
      kafkaConsumerConfig: { ...PROTOCOLS[protocol], 'auto.offset.reset': 'earliest' },
    });
  const done: number[] = [];
  const [first, second] = [member(), member()];
  const [entered, release] = [gate(), gate()];
  let calls = 0;
  const firstEnded = first
    .process(async (messages) => {
      if (++calls === 3) {
        entered.open();
        await release.opened;
        if (end === 'throws') throw new Error('no');
      }
      done.push(...messages.map(({ payload }) => payload));
    })
    .catch((error: unknown) => error);
  await entered.opened;
  const revoking = next(first, 'consumer.revoking', { withinMs: 30_000 });
  const secondEnded = second.process((messages) => {
    done.push(...messages.map(({ payload }) => payload));
  });
  await revoking;
  const closed = end === 'closed' ? first.close() : undefined;
  release.open();
  await closed;
  const ended = await within(15_000, firstEnded);
  if (end === 'throws') expect(ended).toMatchObject({ code: 'HANDLER_THREW' });
  else expect(ended).toBeUndefined();

  await expect.poll(() => new Set(done).size, { timeout: 60_000, interval: 50 }).toBe(N);
  await within(15_000, second.close());
  await secondEnded;
  await first.close();
  expect(done).toHaveLength(N);
});

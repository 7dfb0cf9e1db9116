// Members join and leave under load, over and over, in all three protocols: with a handler that ends within the drain no message is lost or repeated,
// be it called with whole batches or with several partitions at once; of a partition that waits for a retry only what is behind the failed message is.
import { setTimeout as pass } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningKafka } from '../../scripts/kafka/cluster.mjs';
import { Consumer, type ConsumerOptions, Producer } from '../../src/index.js';
import { next, within } from '../support/consuming.js';
import { PROTOCOL_NAMES, PROTOCOLS, startGroupKafka } from '../support/group-kafka.js';

const PARTITIONS = 12;
const BATCH = 50;
/** What a call of the handler takes: long enough that every rebalance meets one that runs. */
const HANDLER_MS = 30;
const ROUNDS = 6;
/** Batches a member handles before the next change. */
const BATCHES_A_ROUND = 15;

interface Way {
  readonly name: string;
  readonly options: Partial<ConsumerOptions>;
  /** The first attempt of these messages fails. */
  isFlaky(offset: number): boolean;
}

const WAYS: readonly Way[] = [
  { name: 'whole batches', options: {}, isFlaky: () => false },
  { name: 'concurrency by partition', options: { concurrency: 4 }, isFlaky: () => false },
  {
    name: 'concurrency and retries',
    options: { concurrency: 4, retry: { attempts: 5, initialDelayMs: 100 } },
    isFlaky: (offset) => offset % 200 === 7,
  },
];

const CASES = PROTOCOL_NAMES.flatMap((protocol) => WAYS.map((way) => ({ protocol, way, name: way.name })));

let kafka: RunningKafka;
beforeAll(async () => {
  kafka = await startGroupKafka(PARTITIONS);
});
afterAll(() => kafka?.stop());

test.for(CASES)('$protocol, $name', async ({ protocol, way, name }, { annotate }) => {
  const topic = `rebalance-${`${protocol}-${name}`.replaceAll(/[^\w-]/g, '')}`;
  const { bootstrapServers } = kafka;
  const handledBy = new Map<string, string[]>();
  let handled = 0;
  const moves = { assigned: 0, revoked: 0, lost: 0, undrained: 0, commitRetried: 0 };

  const member = (id: string) => {
    const consumer = new Consumer<number>({
      bootstrapServers,
      groupId: topic,
      inputTopics: topic,
      batchSize: BATCH,
      consumerTimeoutMs: 20,
      logger: false,
      ...way.options,
      kafkaConsumerConfig: { ...PROTOCOLS[protocol], 'auto.offset.reset': 'earliest' },
    });
    consumer.on('consumer.assigned', ({ partitions }) => {
      moves.assigned += partitions.length;
    });
    consumer.on('consumer.revoked', ({ partitions, lost, drained }) => {
      moves.revoked += partitions.length;
      if (lost) moves.lost++;
      if (!drained) moves.undrained++;
    });
    consumer.on('consumer.commitRetried', () => moves.commitRetried++);
    const processed = consumer.process(async (messages, { attempt, fail }) => {
      const failed = attempt === 1 ? messages.filter(({ offset }) => way.isFlaky(offset)) : [];
      for (const message of failed) fail(message, new Error('the first attempt'));
      for (const { partition, offset } of messages.filter((message) => !failed.includes(message))) {
        const at = `${partition}:${offset}`;
        handledBy.set(at, [...(handledBy.get(at) ?? []), id]);
      }
      await pass(HANDLER_MS);
      handled += messages.length - failed.length;
    });
    const someBatches = async (): Promise<void> => {
      for (let i = 0; i < BATCHES_A_ROUND; i++) await next(consumer, 'consumer.handled', { withinMs: 30_000 });
    };
    const leave = async (): Promise<void> => {
      await within(30_000, consumer.close());
      await processed;
    };
    return { consumer, someBatches, leave };
  };

  await using producer = new Producer({ svc: 'load', outputTopics: topic, bootstrapServers });
  let produced = 0;
  let isLoading = true;
  const batch = (from: number) =>
    Array.from({ length: 300 }, (_, i) => ({ id: null, payload: from + i, record: { partition: (from + i) % PARTITIONS } }));
  await producer.produceBatch(batch(0));
  produced = 300;
  const loading = (async () => {
    while (isLoading) {
      if (produced - handled > 3_000) await pass(5);
      else {
        await producer.produceBatch(batch(produced));
        produced += 300;
      }
    }
  })();

  const first = member('first');
  await first.someBatches();
  for (let round = 0; round < ROUNDS; round++) {
    const joined = member(`joined ${round}`);
    await joined.someBatches();
    const also = round % 2 === 1 ? member(`also ${round}`) : undefined;
    await also?.someBatches();
    await joined.leave();
    await first.someBatches();
    await also?.leave();
  }
  isLoading = false;
  await loading;
  await expect.poll(() => handledBy.size, { timeout: 60_000, interval: 100 }).toBe(produced);
  await first.leave();

  const repeated = [...handledBy].filter(([, by]) => by.length > 1);
  await annotate(JSON.stringify({ protocol, name, produced, handled, repeated: repeated.length, ...moves }));
  expect(produced - handledBy.size).toBe(0);
  if (way.options.retry === undefined) expect(repeated.slice(0, 10)).toEqual([]);
  else expect(repeated.length).toBeLessThanOrEqual(moves.revoked * BATCH);
  expect(moves).toMatchObject({ lost: 0, undrained: 0 });
  // The rounds did what they are for.
  expect(moves.revoked).toBeGreaterThanOrEqual(ROUNDS * 2);
});

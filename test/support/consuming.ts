/** What tests of consuming share: members of a group on whatever broker, the next event by a deadline, and records as bytes. */
import { Consumer, type ConsumerEvents, type ConsumerOptions, type Delivery } from '../../src/index.js';
import type { ConsumedMessage } from '../../src/message/consumed-message.js';
import { getKafkaProducer, type RawOutgoingRecord } from '../../src/producer/raw-producer.js';
import { QUICK } from '../scenarios/kit.js';

const DEADLINE_MS = 15_000;

/** Options of a member of group "g" on the embedded broker. */
export function member(
  { bootstrapServers }: { readonly bootstrapServers: string },
  options: Partial<ConsumerOptions> & Pick<ConsumerOptions, 'inputTopics'>,
): ConsumerOptions {
  return { bootstrapServers, groupId: 'g', consumerTimeoutMs: 20, logger: false, kafkaConsumerConfig: QUICK, ...options };
}

/** Processes until `count` messages have come, and closes. Rejects when they have not come by the deadline. */
export async function take<T = unknown>(
  options: ConsumerOptions,
  count: number,
  withinMs: number = DEADLINE_MS,
): Promise<readonly ConsumedMessage<T>[]> {
  const consumer = new Consumer<T>(options);
  const messages: ConsumedMessage<T>[] = [];
  const processed = consumer.process((batch) => {
    messages.push(...batch);
    if (messages.length >= count) void consumer.close();
  });
  const late = setTimeout(() => void consumer.close(), withinMs);
  try {
    await processed;
  } finally {
    clearTimeout(late);
  }
  if (messages.length < count) throw new Error(`Only ${messages.length} of ${count} messages came within ${withinMs} ms`);
  return messages;
}

type Detail<N extends keyof ConsumerEvents> = ConsumerEvents[N];

/** The next event of that name for which `where` holds; rejects at the deadline. */
export function next<N extends keyof ConsumerEvents>(
  consumer: { on<E extends keyof ConsumerEvents>(event: E, listener: (detail: Detail<E>) => void): () => void },
  name: N,
  { where = () => true, withinMs = DEADLINE_MS }: { readonly where?: (detail: Detail<N>) => boolean; readonly withinMs?: number } = {},
): Promise<Detail<N>> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => settle(() => reject(new Error(`No ${name} within ${withinMs} ms`))), withinMs);
    const off = consumer.on(name, (detail) => {
      if (where(detail)) settle(() => resolve(detail));
    });
    const settle = (end: () => void): void => {
      clearTimeout(late);
      off();
      end();
    };
  });
}

/** The committed positions of a consumer as they are told, by `topic:partition`. */
export function committedOf(consumer: Pick<Consumer, 'on'>): ReadonlyMap<string, number> {
  const committed = new Map<string, number>();
  consumer.on('consumer.committed', ({ positions }) => {
    for (const { topic, partition, offset } of positions) committed.set(`${topic}:${partition}`, offset);
  });
  return committed;
}

/** Rejects when `work` has not settled by the deadline. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not settled within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A promise and its ends. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** Writes records as they are, each with the partition it names. */
export async function writeRaw(
  { bootstrapServers }: { readonly bootstrapServers: string },
  topic: string,
  records: readonly RawOutgoingRecord[],
): Promise<readonly Delivery[]> {
  await using producer = getKafkaProducer(bootstrapServers);
  return await producer.produceBatch(topic, records);
}

/** The value of a record that carries this item and no history. */
export const envelope = (item: unknown): string => JSON.stringify({ item, hist: null });

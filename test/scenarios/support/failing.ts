/** What scenarios of the failure policy share: a topic with numbered messages, waits of milliseconds, and what the topic of dead letters holds. */
import { Consumer, type ConsumerEvents, type ConsumerOptions } from '../../../src/index.js';
import { EmbeddedBroker } from '../../../src/testing/index.js';
import { committedOf, envelope, member, next, writeRaw } from '../../support/consuming.js';

/** A retry that waits hardly at all. */
export const SOON = { attempts: 3, initialDelayMs: 5, maxDelayMs: 20, jitter: 0 } as const;

interface Setting {
  /** how many messages each partition has; payloads count from 0 in each */
  readonly messages: readonly number[];
  readonly options?: Partial<ConsumerOptions>;
}

/** Topic `t` with a dead letter topic of as many partitions, and a consumer whose first batch has everything. */
export async function failing({ messages, options = {} }: Setting) {
  const partitions = messages.length;
  const broker = await EmbeddedBroker.start({ topics: { t: partitions, 't.dlq': partitions } });
  const records = messages.flatMap((count, partition) =>
    Array.from({ length: count }, (_, i) => ({ partition, key: `k${i}`, value: envelope(i) })),
  );
  await writeRaw(broker, 't', records);
  const settings = member(broker, { inputTopics: 't', batchSize: Math.max(1, records.length), consumerTimeoutMs: 500, ...options });
  const consumer = new Consumer<number>(settings);
  return { broker, settings, consumer, committed: committedOf(consumer), told: storyOf(consumer) };
}

/** Resolves when the committed positions are these, by `topic:partition`; rejects at the deadline. */
export async function stored(
  consumer: Pick<Consumer, 'on'>,
  committed: ReadonlyMap<string, number>,
  wanted: Readonly<Record<string, number>>,
): Promise<void> {
  const isThere = (): boolean => Object.entries(wanted).every(([at, offset]) => committed.get(at) === offset);
  if (!isThere()) await next(consumer, 'consumer.committed', { where: isThere });
}

/** The events of the failure policy, one line each. */
export function storyOf(consumer: Pick<Consumer, 'on'>): readonly string[] {
  const story: string[] = [];
  const tell = <N extends keyof ConsumerEvents>(name: N, line: (detail: ConsumerEvents[N]) => string): void => {
    consumer.on(name, (detail) => story.push(line(detail)));
  };
  tell('consumer.retrying', ({ partition, offset, attempt }) => `retrying ${partition}:${offset} as ${attempt}`);
  tell('consumer.held', ({ partition, offset, reason }) => `held ${partition}:${offset} ${reason}`);
  tell('consumer.freed', ({ partition }) => `freed ${partition}`);
  tell('consumer.deadLettered', ({ partition, offset, to, attempts }) => `parked ${partition}:${offset} in ${to.topic} after ${attempts}`);
  tell('consumer.deadLetterFailed', ({ partition, offset, error }) => `not parked ${partition}:${offset} ${error.code}`);
  return story;
}

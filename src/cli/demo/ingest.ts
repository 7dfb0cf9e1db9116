/** Demo, service 1 of 3: brings events from outside into Kafka. */
import { type Delivery, Producer } from '../../index.js';
import type { Entry } from './entries.js';
import type { Place } from './place.js';
import type { Stage } from './stage.js';

export interface IngestOptions {
  readonly place: Place;
  readonly stage: Stage;
  /** Gives up what is not acknowledged. */
  readonly signal: AbortSignal;
  /** Told which entry lies where. */
  onDelivered(entry: Entry, delivery: Delivery): void;
}

/** Writes batch after batch into `quakes`; each is acknowledged before the next is taken. */
export async function ingest(batches: AsyncIterable<readonly Entry[]>, options: IngestOptions): Promise<void> {
  const { place, stage, signal, onDelivered } = options;
  await using producer = new Producer({
    svc: 'ingest',
    outputTopics: place.topics.quakes,
    bootstrapServers: place.bootstrapServers,
    closeTimeoutMs: 5_000,
    logger: place.logger,
  });
  stage.watch({ producer });
  // Closing ends a produceBatch that waits for a broker that is gone; how it went is told below, where `await using` closes.
  signal.addEventListener('abort', () => void producer.close().catch(() => undefined), { once: true });

  await producer.connect();
  for await (const batch of batches) {
    const deliveries = await producer.produceBatch(batch.map(({ id, payload }) => ({ id, payload })));
    for (const [index, entry] of batch.entries()) onDelivered(entry, deliveries[index] as Delivery);
  }
}

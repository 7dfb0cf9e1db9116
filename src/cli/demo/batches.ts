/** Demo, input: entries as batches of a sound size, each let through only when the pipeline has room for it. */
import type { Entry } from './entries.js';
import type { Ledger } from './ledger.js';

const MAX_COUNT = 500;
const MAX_COST = 500_000;
/** What envelope, history and Kafka add to a line, generously; a ref repeats the key. */
const OVERHEAD_BYTES = 600;
const KEY_COPIES = 4;

/** The bytes an entry takes in a topic, at most. */
export function costOf({ bytes, id }: Entry): number {
  return bytes + KEY_COPIES * id.length + OVERHEAD_BYTES;
}

/** Batches of up to 500 entries or 500 kB. */
export async function* toBatches(pieces: AsyncIterable<readonly Entry[]>): AsyncGenerator<readonly Entry[]> {
  let batch: Entry[] = [];
  let cost = 0;
  for await (const piece of pieces) {
    for (const entry of piece) {
      if (batch.length === MAX_COUNT || (batch.length > 0 && cost + costOf(entry) > MAX_COST)) {
        yield batch;
        batch = [];
        cost = 0;
      }
      batch.push(entry);
      cost += costOf(entry);
    }
  }
  if (batch.length > 0) yield batch;
}

/** Holds everything back until the others are ready, then each batch until what is under way leaves room for it. */
export async function* paced(
  batches: AsyncIterable<readonly Entry[]>,
  ledger: Pick<Ledger, 'room'>,
  ready: () => Promise<void>,
): AsyncGenerator<readonly Entry[]> {
  await ready();
  for await (const batch of batches) {
    await ledger.room(batch.reduce((sum, entry) => sum + costOf(entry), 0));
    yield batch;
  }
}

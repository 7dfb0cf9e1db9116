// Opening and closing clients leaves nothing behind, however often it is done: no descriptor, no thread, no client in the heap.
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Consumer, Producer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, writeRaw } from '../support/consuming.js';
import { collectGarbage } from '../support/garbage.js';

const ROUNDS = 100;
const WARM_UP = 25;
const PLACES = ['g1', 'g2', 'g3', 'g4', 'g5'];
const AT_ONCE = PLACES.length;
/** A producer that stays keeps a slab of 64 KB, which V8 counts as external. Resident memory says less: the embedded broker lives in this process. */
const MAX_EXTERNAL_MB = 1.5;

interface Held {
  readonly files: number;
  readonly threads: number;
  readonly externalMb: number;
}

/** Descriptors and threads from Linux's /proc; elsewhere memory must do. */
function held(): Held {
  const count = (folder: string): number => (process.platform === 'linux' ? readdirSync(folder).length : 0);
  collectGarbage();
  return { files: count('/proc/self/fd'), threads: count('/proc/self/task'), externalMb: process.memoryUsage().external / 1e6 };
}

test('200 producers and consumers, each used before it is closed', { timeout: 120_000 }, async () => {
  await using broker = await EmbeddedBroker.start({ topics: { in: 1, out: 1 } });
  await writeRaw(broker, 'in', [{ value: envelope('it') }]);
  let done = 0;
  // The embedded broker lives in this process and forgets no group: each place uses its own again.
  const rounds = async (until: number): Promise<void> => {
    for (; done < until; done += AT_ONCE) await Promise.all(PLACES.flatMap((place) => [produceOnce(broker), consumeOnce(broker, place)]));
  };
  await rounds(WARM_UP);
  const before = held();
  await rounds(ROUNDS);
  // A native object that was collected is finalized in a later turn; what leaks is never.
  await expect.poll(() => growth(before), { timeout: 10_000 }).toMatchObject({ files: 0, threads: 0, externalMb: 0 });
});

/** By how much there is more than before; what is allowed counts as nothing. */
function growth(before: Held): Held {
  const now = held();
  const externalMb = now.externalMb - before.externalMb;
  return {
    files: Math.max(0, now.files - before.files),
    threads: Math.max(0, now.threads - before.threads),
    externalMb: externalMb < MAX_EXTERNAL_MB ? 0 : externalMb,
  };
}

async function produceOnce({ bootstrapServers }: EmbeddedBroker): Promise<void> {
  await using producer = new Producer({ svc: 's', outputTopics: 'out', bootstrapServers, logger: false });
  await producer.produce({ id: 'a', payload: 1 });
}

async function consumeOnce(broker: EmbeddedBroker, groupId: string): Promise<void> {
  const consumer = new Consumer(member(broker, { inputTopics: 'in', groupId, commit: 'manual' }));
  await consumer.process(() => {
    void consumer.close();
  });
}

// Opening and closing clients leaves nothing: after hundreds of producers and consumers the process holds no more descriptors, threads and memory.
import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Consumer, Producer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, writeRaw } from '../support/consuming.js';

const ROUNDS = 250;
const WARM_UP = 50;
const PLACES = ['g1', 'g2', 'g3', 'g4', 'g5'];
const AT_ONCE = PLACES.length;
/** A client that stays is 0.3 MB and more; 200 rounds of two would be far beyond this. */
const MAX_GROWTH_MB = 24;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

interface Held {
  readonly files: number;
  readonly threads: number;
  readonly residentMb: number;
}

/** Descriptors and threads of this process, from Linux's /proc; elsewhere this scenario has only memory to look at. */
function held(): Held {
  collectGarbage();
  const count = (folder: string): number => (process.platform === 'linux' ? readdirSync(folder).length : 0);
  return { files: count('/proc/self/fd'), threads: count('/proc/self/task'), residentMb: process.memoryUsage.rss() / 1e6 };
}

test('500 producers and consumers, each used before it is closed', { timeout: 120_000 }, async () => {
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
  const after = held();
  expect(after.files).toBeLessThanOrEqual(before.files);
  expect(after.threads).toBeLessThanOrEqual(before.threads);
  expect(after.residentMb - before.residentMb).toBeLessThan(MAX_GROWTH_MB);
});

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

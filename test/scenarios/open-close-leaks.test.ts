// Opening and closing clients leaves no descriptor and no thread behind, however often it is done.
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Consumer, Producer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, writeRaw } from '../support/consuming.js';

const ROUNDS = 250;
const WARM_UP = 50;
const PLACES = ['g1', 'g2', 'g3', 'g4', 'g5'];
const AT_ONCE = PLACES.length;

interface Held {
  readonly files: number;
  readonly threads: number;
}

/** Of this process, from Linux's /proc; elsewhere there is nothing to look at, and opening and closing alone must do. Resident memory is not held
 *  here, since it grows and the embedded broker lives in the same process: docs/decisions/0025, "Open". */
function held(): Held {
  const count = (folder: string): number => (process.platform === 'linux' ? readdirSync(folder).length : 0);
  return { files: count('/proc/self/fd'), threads: count('/proc/self/task') };
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

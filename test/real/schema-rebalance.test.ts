// A rebalance while an asynchronous schema judges the next batch: what was queued before it is dropped, so nothing of that batch may be handled and
// committed here, or the group would pass over what was dropped. On a real broker, because the embedded one refuses commits while a group rebalances.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningKafka } from '../../scripts/kafka/cluster.mjs';
import { Consumer, Producer } from '../../src/index.js';
import { committedOf, gate, next, within } from '../support/consuming.js';
import { PROTOCOLS, startGroupKafka } from '../support/group-kafka.js';

const COUNT = 8;
const HALF = COUNT / 2;

let kafka: RunningKafka;
beforeAll(async () => {
  kafka = await startGroupKafka(1);
});
afterAll(() => kafka?.stop());

/** Judges the second half when the gate opens. */
function slowSchema() {
  const [judging, judged] = [gate(), gate()];
  const validate = async (value: unknown) => {
    if ((value as number) >= HALF) {
      judging.open();
      await judged.opened;
    }
    return { value: value as number };
  };
  const schema: StandardSchemaV1<unknown, number> = { '~standard': { version: 1, vendor: 'test', validate } };
  return { schema, judging, judged };
}

test('every message is handled, by one of the two', async () => {
  const { bootstrapServers } = kafka;
  await using producer = new Producer({ svc: 'load', outputTopics: 't', bootstrapServers, logger: false });
  await producer.produceBatch(Array.from({ length: COUNT }, (_, n) => ({ id: `k${n}`, payload: n })));
  const { schema, judging, judged } = slowSchema();
  // Eager: the one partition is asked back from whoever has it.
  const kafkaConsumerConfig = { ...PROTOCOLS.eager, 'auto.offset.reset': 'earliest' } as const;
  const settings = { bootstrapServers, groupId: 'g', batchSize: HALF, consumerTimeoutMs: 20, logger: false, kafkaConsumerConfig } as const;
  const first = new Consumer({ ...settings, inputTopics: { t: schema }, concurrency: { max: 1, order: 'key' } });
  const second = new Consumer<number>({ ...settings, inputTopics: 't' });
  const handled = new Set<number>();
  const committed = [committedOf(first), committedOf(second)];
  const [calling, called] = [gate(), gate()];
  const firstEnded = first.process(async ([message]) => {
    calling.open();
    await called.opened;
    if (message !== undefined) handled.add(message.offset);
  });
  await within(30_000, Promise.all([judging.opened, calling.opened]));
  const [revoking, revoked] = [next(first, 'consumer.revoking'), next(first, 'consumer.revoked', { withinMs: 30_000 })];
  const secondEnded = second.process((messages) => {
    for (const { offset } of messages) handled.add(offset);
  });
  await revoking;
  judged.open();
  // What was judged would be begun now, behind what was dropped.
  for (let turns = 0; turns < 10; turns++) await nextTurn();
  called.open();
  expect(await revoked).toMatchObject({ lost: false, drained: true });
  const isAll = (): boolean => committed.some((positions) => positions.get('t:0') === COUNT);
  if (!isAll())
    await Promise.race([first, second].map((consumer) => next(consumer, 'consumer.committed', { where: isAll, withinMs: 30_000 })));
  expect([...handled].sort()).toEqual(Array.from({ length: COUNT }, (_, offset) => offset));
  await Promise.all([first.close(), second.close()]);
  await within(30_000, Promise.all([firstEnded, secondEnded]));
});

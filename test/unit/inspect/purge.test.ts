import { expect, test } from 'vitest';
import { KafkaException } from '../../../src/errors.js';
import { planPurge, purge } from '../../../src/inspect/purge.js';
import { fakeCluster } from './fake-cluster.js';
import { makeLetter } from './letters.js';

const TOPIC = 'quakes.dlq';
const letters = (count: number) => Array.from({ length: count }, (_, offset) => makeLetter({ record: { offset } }).record);
const cutOf = (partition: number) => ({ partition, from: 0, until: 4, records: 4, notRedriven: 4 });
const plan = { topic: TOPIC, records: 12, notRedriven: 12, partitions: [0, 1, 2].map(cutOf) };

test('an abort that comes after the plan was made deletes nothing', async () => {
  const cluster = fakeCluster({ [TOPIC]: letters(5) });
  const stop = new AbortController();
  // While the last page is read: nobody reads after it.
  cluster.onPage = () => stop.abort(new Error('Ctrl-C'));
  const planned = await planPurge(cluster, TOPIC, [{ partition: 0, offset: 4 }], stop.signal);
  expect(planned).toMatchObject({ records: 4 });
  await expect(purge(cluster, planned, stop.signal)).rejects.toThrow('Ctrl-C');
  expect(cluster.cut).toEqual([]);
  await purge(cluster, planned);
  expect(cluster.cut).toEqual([{ topic: TOPIC, partition: 0, offset: 4 }]);
});

test('when a partition refuses it is told which ones were cut', async () => {
  const cluster = fakeCluster({});
  cluster.cutErrors.set(1, new KafkaException('KAFKA', 'refused', { kafkaCode: 29, kafkaName: 'TOPIC_AUTHORIZATION_FAILED' }));
  await expect(purge(cluster, plan)).rejects.toMatchObject({
    kafkaCode: 29,
    message: 'refused; partitions that were cut: 0, 2; that were not: 1',
  });
});

test('a partition that is not there is told; one that holds nothing has nothing to cut', async () => {
  const cluster = fakeCluster({ [TOPIC]: [] });
  await expect(planPurge(cluster, TOPIC, [{ partition: 7, offset: 4 }])).rejects.toMatchObject({
    code: 'USAGE_ARGUMENT',
    message: 'There is no partition 7 of "quakes.dlq": it has 1, from 0 on',
  });
  for (const point of [{ partition: 0, offset: 4 }, { beforeMs: 5 }]) {
    expect(await planPurge(cluster, TOPIC, [point])).toMatchObject({ records: 0, partitions: [] });
  }
});

/** Where partitions without a committed position start: pure, with the cluster's answers written by hand. */
import { expect, test } from 'vitest';
import { decideStarts, readResetLine, type StartPolicy, type StartPort } from '../../../src/consumer/start.js';
import type { TopicPartition } from '../../../src/events.js';

const p = (partition: number, topic = 't') => ({ topic, partition });

/** A cluster in which `committed` are the group's positions, and every log reaches from 10 to 50. */
function cluster(committed: Readonly<Record<string, number>>, partitionsPerTopic = 4) {
  const asked: TopicPartition[] = [];
  const port: StartPort = {
    committed: async (of) => {
      asked.push(...of);
      return of.map(({ topic, partition }) => ({ topic, partition, offset: committed[`${topic}:${partition}`] ?? -1, error: null }));
    },
    watermarks: async (of) => of.map(({ topic, partition }) => ({ topic, partition, low: 10, high: 50, error: null })),
    partitionsOf: async () => [...Array(partitionsPerTopic).keys()],
  };
  return { port, asked };
}

const decide = (
  committed: Readonly<Record<string, number>>,
  partitions: readonly TopicPartition[],
  generation: number,
  policy: StartPolicy,
) => decideStarts(partitions, generation, policy, cluster(committed).port);

test('committed positions are taken as they are, without a reset or another question', async () => {
  const { port, asked } = cluster({ 't:0': 20, 't:1': 0 });
  expect(await decideStarts([p(0), p(1)], 7, 'latest', port)).toEqual({
    starts: [
      { ...p(0), offset: 20 },
      { ...p(1), offset: 0 },
    ],
    resets: [],
  });
  expect(asked).toHaveLength(2);
});

test.for([
  ['latest', 50, 40],
  ['earliest', 10, 0],
] as const)('a group new to the topic starts by the policy %s', async ([policy, offset, count]) => {
  const { starts, resets } = await decide({}, [p(0)], 7, policy);
  expect(starts).toEqual([{ ...p(0), offset }]);
  expect(resets).toEqual([{ ...p(0), offset, from: null, to: offset, count, reason: 'first-start' }]);
});

test.for(['latest', 'error'] as const)(
  'a partition the group has not read, of a topic that it has, starts at its beginning (%s)',
  async (policy) => {
    const { starts, resets } = await decide({ 't:3': 20 }, [p(0)], 7, policy);
    expect(starts).toEqual([{ ...p(0), offset: 10 }]);
    expect(resets).toMatchObject([{ to: 10, count: 0, reason: 'new-partition' }]);
  },
);

test('what other topics have does not count: the rule is per topic', async () => {
  const { resets } = await decide({ 'u:0': 20 }, [p(0), p(1, 'u')], 7, 'latest');
  expect(resets.map(({ topic, reason, to }) => [topic, reason, to])).toEqual([
    ['t', 'first-start', 50],
    ['u', 'new-partition', 10],
  ]);
});

test('in the first generation a commit that another new member just made does not make the topic known', async () => {
  const { resets } = await decide({ 't:3': 20 }, [p(0)], 1, 'latest');
  expect(resets).toMatchObject([{ reason: 'first-start', to: 50 }]);
});

test("under 'error' a group without positions is refused, with the partition named", async () => {
  await expect(decide({}, [p(2)], 7, 'error')).rejects.toMatchObject({ kafkaName: '_NO_OFFSET', message: expect.stringContaining('t:2') });
});

test('librdkafka tells a reset by a log line of this form, and no other line is taken for one', () => {
  const line =
    '[thrd:main]: my.topic-1 [3]: offset reset (at offset 999 (leader epoch 0), broker 1) to offset BEGINNING (leader epoch -1): fetch failed';
  expect(readResetLine('OFFSET', line)).toEqual({ topic: 'my.topic-1', partition: 3, offset: 999 });
  expect(readResetLine('FETCH', line)).toBeUndefined();
  expect(readResetLine('OFFSET', 'something else')).toBeUndefined();
});

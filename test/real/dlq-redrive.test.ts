// A redrive sends every dead letter back exactly once: twice in a row, with two at a time, and when it is killed in the middle and run again.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningKafka, startKafka } from '../../scripts/kafka/cluster.mjs';
import { isPhqKafkaError } from '../../src/errors.js';
import { listDeadLetters } from '../../src/inspect/list-dead-letters.js';
import { markerTopicOf } from '../../src/inspect/markers.js';
import { planRedrive, redrive } from '../../src/inspect/redrive.js';
import { runPhqKafka } from '../scenarios/support/demo.js';
import { countKeys, createTopics, letter, openCluster, readAll, topicsOf, writeLetters } from './support/dead-letters.js';

let kafka: RunningKafka;
let servers: string;
beforeAll(async () => {
  kafka = await startKafka();
  servers = kafka.bootstrapServers;
  await createTopics(servers, { quakes: {}, other: {} });
});
afterAll(() => kafka?.stop());

const rules = { filter: {}, to: undefined, allow: [] } as const;

/** Keys that are not there exactly once. */
async function wrongCounts(topic: string, keys: readonly string[]): Promise<unknown[]> {
  const counts = await countKeys(servers, topic);
  expect(counts.size).toBe(keys.length);
  return keys.filter((key) => counts.get(key) !== 1);
}

test('what is sent back is what was parked, in the partition it came from; a second redrive sends nothing', async () => {
  const topic = 'exact.dlq';
  const headers = [
    ['trace', Buffer.from('1')],
    ['trace', null],
    ['redriven.from', Buffer.from('older.dlq:0:1')],
  ] as const;
  const from = (index: number) => ({ topic: 'exact', partition: index % 4 });
  await createTopics(servers, { exact: {}, [topic]: { partitions: 2 } });
  await writeLetters(servers, topic, 20, (index) => letter(index, { from: from(index), headers, partition: index % 2 }));
  await writeLetters(servers, topic, 1, () =>
    letter(20, { from: from(20), key: null, value: Buffer.from([0xff, 0]), headers, partition: 0 }),
  );
  await writeLetters(servers, topic, 1, () => letter(21, { from: from(21), value: null, headers, partition: 0 }));
  await using cluster = openCluster(servers);

  const before = await topicsOf(servers);
  const planned = await planRedrive(cluster, { ...rules, topic });
  expect(planned).toEqual({
    topic,
    messages: 22,
    targets: [{ topic: 'exact', messages: 22 }],
    staying: { redriven: 0, filtered: 0, unexplained: 0, notAllowed: 0, noTopic: 0, denied: 0, tooLarge: 0 },
    refusedTopics: [],
  });
  // A dry run writes nothing and makes nothing.
  expect(await topicsOf(servers)).toEqual(before);
  expect(await countKeys(servers, 'exact')).toEqual(new Map());

  expect(await redrive(cluster, { ...rules, topic })).toEqual(planned);
  const records = await readAll(servers, 'exact');
  const byIndex = records.toSorted((a, b) => a.partition - b.partition);
  expect(byIndex.map(({ partition }) => partition)).toEqual(Array.from({ length: 22 }, (_, i) => i % 4).toSorted((a, b) => a - b));
  const [bytes] = records.filter(({ key }) => key === null);
  expect(bytes).toMatchObject({ partition: 0, value: Buffer.from([0xff, 0]), key: null });
  expect(bytes?.headers).toEqual([headers[0], headers[1], ['redriven.from', Buffer.from(`${topic}:0:10`)]]);
  expect(records.find(({ key }) => String(key) === 'id-21')?.value).toBeNull();

  expect(await redrive(cluster, { ...rules, topic })).toMatchObject({ messages: 0, staying: { redriven: 22 } });
  expect((await countKeys(servers, 'exact')).size).toBe(22);
  expect(await listDeadLetters(cluster, topic)).toMatchObject({ records: 22, redriven: 22 });
});

test('filters choose by error, key, time and position, and what they left can be sent later', async () => {
  const topic = 'chosen.dlq';
  await createTopics(servers, { chosen: { partitions: 1 }, [topic]: { partitions: 1 } });
  const failedAt = (index: number) => `2026-11-27T14:00:${String(index).padStart(2, '0')}.000Z`;
  const make = (index: number) =>
    letter(index, {
      from: { topic: 'chosen', partition: 0 },
      failedAt: failedAt(index),
      error: index % 2 === 0 ? { name: 'TypeError', message: `no "x${index}"` } : { name: 'RangeError', message: 'too far' },
    });
  await writeLetters(servers, topic, 30, make);
  await using cluster = openCluster(servers);
  const send = async (filter: object) => (await redrive(cluster, { ...rules, topic, filter })).messages;
  expect(await send({ key: 'id-3' })).toBe(1);
  expect(await send({ error: 'RangeError', untilMs: Date.parse(failedAt(10)) })).toBe(4);
  expect(await send({ error: 'TypeError: no <text>', sinceMs: Date.parse(failedAt(20)) })).toBe(5);
  expect(await send({ positions: [{ partition: 0, first: 0, last: 4 }] })).toBe(3);
  expect(await send({})).toBe(30 - 13);
  expect(
    await wrongCounts(
      'chosen',
      Array.from({ length: 30 }, (_, index) => `id-${index}`),
    ),
  ).toEqual([]);
});

test('only the topic a record came from, or an allowed one, is written to; what cannot go stays and is told', async () => {
  const topic = 'strict.dlq';
  await createTopics(servers, { [topic]: { partitions: 1 } });
  await writeLetters(servers, topic, 5, (index) => letter(index));
  await writeLetters(servers, topic, 2, (index) => letter(index, { from: { topic: 'gone' } }));
  await writeLetters(servers, topic, 2, (index) => letter(index, { from: { topic } }));
  await writeLetters(servers, topic, 1, () => ({ key: 'stranger', value: 'no headers' }));
  await using cluster = openCluster(servers);
  const before = await topicsOf(servers);
  expect(await planRedrive(cluster, { ...rules, topic })).toMatchObject({
    messages: 5,
    staying: { noTopic: 2, notAllowed: 2, unexplained: 1 },
    refusedTopics: ['gone', topic],
  });
  expect(await planRedrive(cluster, { ...rules, topic, to: 'other' })).toMatchObject({ messages: 0, staying: { notAllowed: 10 } });
  expect(await planRedrive(cluster, { ...rules, topic, to: 'other', allow: ['other'] })).toMatchObject({
    messages: 10,
    targets: [{ topic: 'other', messages: 10 }],
  });
  // Asking for a topic did not make it.
  expect(await topicsOf(servers)).toEqual(before);
});

test('what the target topic takes no more stays and is told; the letters beside it are sent, each once', async () => {
  const topic = 'large.dlq';
  await createTopics(servers, {
    large: { partitions: 1, config: { 'max.message.bytes': '20000' } },
    [topic]: { partitions: 1 },
  });
  const isLarge = (index: number): boolean => index === 3 || index === 17;
  const from = { topic: 'large', partition: 0 };
  // All of them together are too large as well; each by itself is not, but for two. Bytes that no compression makes smaller.
  await writeLetters(servers, topic, 20, (index) => letter(index, { from, value: randomBytes(isLarge(index) ? 30_000 : 3_000) }));
  await using cluster = openCluster(servers);
  const keys = Array.from({ length: 20 }, (_, index) => index).filter((index) => !isLarge(index));
  expect(await redrive(cluster, { ...rules, topic })).toMatchObject({ messages: 18, staying: { tooLarge: 2 }, refusedTopics: ['large'] });
  expect(
    await wrongCounts(
      'large',
      keys.map((index) => `id-${index}`),
    ),
  ).toEqual([]);
  expect(await redrive(cluster, { ...rules, topic })).toMatchObject({ messages: 0, staying: { redriven: 18, tooLarge: 2 } });
});

test('a topic of the same name that is made anew is not mistaken for the one whose letters were sent', async () => {
  const topic = 'again.dlq';
  const own = { from: { topic: 'again', partition: 0 } };
  await createTopics(servers, { again: { partitions: 1 }, [topic]: { partitions: 1 } });
  await writeLetters(servers, topic, 3, (index) => letter(index, own));
  await using cluster = openCluster(servers);
  expect(await redrive(cluster, { ...rules, topic })).toMatchObject({ messages: 3 });
  await cluster.admin.deleteTopics([topic]);
  await createTopics(servers, { [topic]: { partitions: 1 } });
  await writeLetters(servers, topic, 3, (index) => letter(index + 3, own));
  expect(await redrive(cluster, { ...rules, topic })).toMatchObject({ messages: 3, staying: { redriven: 0 } });
});

test('killed in the middle, again and again, then run to its end: each is there exactly once for readers of committed records', async () => {
  const topic = 'killed.dlq';
  const count = 20_000;
  await createTopics(servers, { killed: {}, [topic]: {} });
  await writeLetters(servers, topic, count, (index) => letter(index, { from: { topic: 'killed' } }));
  const args = ['dlq', 'redrive', topic, '--json', '--bootstrap', servers];
  for (let kill = 0; kill < 3; kill++) await killWhileSending(topic, [...args, '--rate', '8000']);
  const done = await countMarkers(topic);
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(count);
  const last = await runPhqKafka(args);
  expect(JSON.parse(last.stdout)).toMatchObject({ form: 'phq-kafka.dlq.redrive/1', messages: count - done, staying: { redriven: done } });
  expect(last.exitCode).toBe(0);
  expect(
    await wrongCounts(
      'killed',
      Array.from({ length: count }, (_, index) => `id-${index}`),
    ),
  ).toEqual([]);
});

test('a rate sends a quarter of a second at a time; Ctrl-C stops between two transactions and says how far it came', async () => {
  const topic = 'slow.dlq';
  await createTopics(servers, { slow: {}, [topic]: { partitions: 1 } });
  await writeLetters(servers, topic, 1_000, (index) => letter(index, { from: { topic: 'slow' } }));
  await using cluster = openCluster(servers);
  const progress: (readonly [number, number])[] = [];
  const onProgress = (sent: number, toSend: number): void => void progress.push([sent, toSend]);
  const filter = { positions: [{ partition: 0, first: 0, last: 24 }] };
  await redrive(cluster, { ...rules, topic, filter, rate: 40, onProgress });
  expect(progress).toEqual([0, 10, 20, 25].map((sent) => [sent, 25]));

  const before = await countMarkers(topic);
  const stopped = await runPhqKafka(['dlq', 'redrive', topic, '--rate', '100', '--bootstrap', servers], {
    // Without a terminal it says now and then how many it has sent.
    onStderr: (stderr, kill) => {
      if (/sent [1-9]/.test(stderr) && !stderr.includes('stopping')) kill('SIGINT');
    },
  });
  expect(stopped).toMatchObject({ exitCode: 130, stdout: '' });
  const [, sent] = /(\d+) of 975 messages sent; run it again/.exec(stopped.stderr) ?? [];
  expect(before + Number(sent)).toBe(await countMarkers(topic));
  expect((await countKeys(servers, 'slow')).size).toBe(before + Number(sent));
});

test('of two redrives at a time one is fenced, and nothing is sent twice', async () => {
  const topic = 'two.dlq';
  const count = 5_000;
  await createTopics(servers, { two: {}, [topic]: {} });
  await writeLetters(servers, topic, count, (index) => letter(index, { from: { topic: 'two' } }));
  await using first = openCluster(servers);
  await using second = openCluster(servers);
  // The second one begins while the first is sending.
  let running: Promise<unknown> | undefined;
  const fenced = await redrive(first, {
    ...rules,
    topic,
    rate: 4_000,
    onProgress: (sent) => {
      if (sent > 0) running ??= redrive(second, { ...rules, topic });
    },
  }).catch((error: unknown) => error);
  expect(isPhqKafkaError(fenced)).toBe(true);
  expect(await running).toMatchObject({ targets: [{ topic: 'two' }] });
  expect(
    await wrongCounts(
      'two',
      Array.from({ length: count }, (_, index) => `id-${index}`),
    ),
  ).toEqual([]);
});

/** Runs the command and kills it as soon as it has sent something more. */
async function killWhileSending(topic: string, args: readonly string[]): Promise<void> {
  const before = await countMarkers(topic);
  const child = spawn(process.execPath, ['dist/cli/main.js', ...args], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  while (child.exitCode === null && (await countMarkers(topic)) === before) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill('SIGKILL');
  expect(await ended).toEqual({ code: null, signal: 'SIGKILL' });
}

async function countMarkers(topic: string): Promise<number> {
  try {
    return (await countKeys(servers, markerTopicOf(topic))).size;
  } catch (error) {
    if (isPhqKafkaError(error) && error.code === 'KAFKA') return 0;
    throw error;
  }
}

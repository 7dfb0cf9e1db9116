// The dlq commands on topics of every kind: huge, compacted, transactional, written to, hostile; they end, change nothing unasked, and say what they did.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningKafka, startKafka } from '../../scripts/kafka/cluster.mjs';
import { getKafkaProducer } from '../../src/index.js';
import { listDeadLetters } from '../../src/inspect/list-dead-letters.js';
import { redrive } from '../../src/inspect/redrive.js';
import { runPhqKafka } from '../scenarios/support/demo.js';
import { countKeys, createTopics, FAILED_AT, letter, openCluster, openReader, topicsOf, writeLetters } from './support/dead-letters.js';

let kafka: RunningKafka;
let servers: string;
beforeAll(async () => {
  kafka = await startKafka({ properties: { 'log.cleaner.backoff.ms': '100', 'message.max.bytes': '2000000' } });
  servers = kafka.bootstrapServers;
  await createTopics(servers, { quakes: {} });
});
afterAll(() => kafka?.stop());

const dlq = (...args: readonly string[]) => runPhqKafka(['dlq', ...args, '--bootstrap', servers]);
const json = async (...args: readonly string[]) => JSON.parse((await dlq(...args, '--json')).stdout) as Record<string, unknown>;

test('100,000 dead letters are listed within the memory of a page', async ({ annotate }) => {
  const filler = 'x'.repeat(1_000);
  const make = (index: number) => letter(index, { value: `${filler}${index}` });
  // Both far larger than what is under way at once and than the room that V8 takes before it collects: what grows from one to the other is a leak.
  await createTopics(servers, { 'huge.dlq': {}, 'large.dlq': {} });
  await writeLetters(servers, 'huge.dlq', 100_000, make);
  await writeLetters(servers, 'large.dlq', 20_000, make);
  const hook = `--import data:text/javascript,${encodeURIComponent("process.on('exit',()=>process.stderr.write('peak='+process.resourceUsage().maxRSS))")}`;
  const peakOf = async (topic: string, records: number): Promise<number> => {
    const { exitCode, stdout, stderr } = await runPhqKafka(['dlq', 'list', topic, '--json', '--bootstrap', servers], {
      env: { NODE_OPTIONS: hook },
    });
    expect({ exitCode, stdout: JSON.parse(stdout) }).toMatchObject({
      exitCode: 0,
      stdout: { form: 'phq-kafka.dlq.list/1', topics: [{ topic, records, groups: [{ records }] }] },
    });
    return Number(/peak=(\d+)/.exec(stderr)?.[1]) / 1024;
  };
  const [large, huge] = [await peakOf('large.dlq', 20_000), await peakOf('huge.dlq', 100_000)];
  await annotate(`peak RSS: 20,000 records ${Math.round(large)} MB, 100,000 records (150 MB of data) ${Math.round(huge)} MB`);
  expect(huge - large).toBeLessThan(40);
});

test('a topic that is written to all the while ends where it ended at the beginning', async () => {
  const topic = 'live.dlq';
  await createTopics(servers, { [topic]: { partitions: 1 } });
  await writeLetters(servers, topic, 3_000);
  await using producer = getKafkaProducer(servers);
  await using cluster = openCluster(servers);
  const writing = new AbortController();
  const written = (async () => {
    let more = 0;
    for (; !writing.signal.aborted; more++) await producer.produceBatch(topic, [letter(more)]);
    return more;
  })();
  const { records } = await listDeadLetters(cluster, topic);
  writing.abort();
  expect(await written).toBeGreaterThan(0);
  expect(records).toBeGreaterThanOrEqual(3_000);
  expect(records).toBeLessThan(3_000 + (await written) + 1);
});

test('a transactional topic that ends in marks and aborted records is listed, sent back and purged', async () => {
  const topic = 'transactional.dlq';
  await createTopics(servers, { [topic]: { partitions: 2 } });
  await using cluster = openCluster(servers);
  await using producer = cluster.transactional('producer of the test', 'test');
  await producer.open();
  const letters = [0, 1, 2, 3].map((index) => ({ ...letter(index, { partition: index % 2 }), topic }));
  await producer.send(letters);
  // A record over the broker's limit makes the transaction fail after the others were written.
  const tooLarge = { topic, partition: 1, value: randomBytes(5_000_000) };
  const failed = expect.arrayContaining([expect.objectContaining({ error: expect.objectContaining({ kafkaName: 'MSG_SIZE_TOO_LARGE' }) })]);
  await expect(producer.send([...letters, tooLarge])).rejects.toMatchObject({ failed });
  expect(producer.isFinished).toBe(false);

  expect(await listDeadLetters(cluster, topic)).toMatchObject({ records: 4 });
  const rules = { topic, filter: {}, to: undefined, allow: [] } as const;
  expect(await redrive(cluster, rules)).toMatchObject({ messages: 4 });
  // The marker topic is transactional itself.
  expect(await redrive(cluster, rules)).toMatchObject({ messages: 0, staying: { redriven: 4 } });
  expect(await json('purge', topic, '--before', '1:2')).toMatchObject({
    purged: false,
    partitions: [{ partition: 1, from: 0, until: 2, records: 2, notRedriven: 0 }],
  });
});

test('a compacted topic is listed in spite of its gaps', async () => {
  const topic = 'compacted.dlq';
  const config = { 'cleanup.policy': 'compact', 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.01', 'max.compaction.lag.ms': '100' };
  await createTopics(servers, { [topic]: { partitions: 1, config } });
  await using reader = openReader(servers);
  const records = async (): Promise<number> => [...(await countKeys(servers, topic)).values()].reduce((sum, count) => sum + count, 0);
  let written = 0;
  // Each write lets a segment be closed and cleaned; until there is a gap.
  do await writeLetters(servers, topic, 1, (index) => letter(index, { partition: 0 })).then(() => written++);
  while ((await records()) === written);
  await using cluster = openCluster(servers);
  const left = await records();
  expect(left).toBeLessThan(written);
  expect((await listDeadLetters(cluster, topic)).records).toBeLessThanOrEqual(left);
  // There is nothing at the first position any more.
  expect(await reader.record({ topic, partition: 0, offset: 0 })).toBeUndefined();
  expect(await dlq('show', `${topic}:0:0`)).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: expect.stringContaining('There is no record at'),
  });
});

test('purge cuts the front only, shows what would go, and does it with --yes', async () => {
  const topic = 'purged.dlq';
  await createTopics(servers, { [topic]: { partitions: 2 } });
  const startMs = Date.now() - 100_000;
  const make = (index: number) => ({ ...letter(index, { partition: index % 2 }), timestampMs: startMs + index * 1_000 });
  await writeLetters(servers, topic, 20, make);
  const before = new Date(startMs + 10_000).toISOString();
  const shown = await dlq('purge', topic, '--before', before);
  expect(shown.exitCode).toBe(3);
  expect(shown.stdout).toMatch(/10 dead letters, 10 of them never sent back, would be deleted: the front of each partition, all of it/);
  expect(shown.stdout).toMatch(/partition +from +before +records +never sent back\n +0 +0 +5 +5 +5\n +1 +0 +5 +5 +5\n/);
  expect((await countKeys(servers, topic)).size).toBe(20);
  expect(await dlq('purge', topic, '--before', before, '--yes')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('deleted') });
  expect([...(await countKeys(servers, topic)).keys()].toSorted()).toEqual(Array.from({ length: 10 }, (_, i) => `id-${i + 10}`).toSorted());
  expect(await dlq('purge', topic, '--before', before)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('nothing lies before'),
  });
  expect(await dlq('purge', topic, '--before', '0:7', '--yes')).toMatchObject({ exitCode: 0 });
  expect((await countKeys(servers, topic)).size).toBe(8);
});

test('nothing in a record reaches the terminal as it is, in text and in JSON', async () => {
  const topic = 'hostile.dlq';
  const evil = '\x1b]0;owned\x07\x9b31m‮\r\n';
  const from = { topic: evil };
  await createTopics(servers, { [topic]: { partitions: 1 } });
  await writeLetters(servers, topic, 1, () =>
    letter(0, {
      from,
      key: evil,
      value: evil,
      headers: [[`h${evil}`, Buffer.from(evil)]],
      error: { name: evil, message: evil, stack: evil },
    }),
  );
  for (const args of [
    ['list', topic],
    ['show', `${topic}:0:0`],
    ['redrive', topic, '--dry-run'],
    ['purge', topic, '--before', '0:1'],
  ]) {
    for (const flags of [[], ['--json']]) {
      const { stdout, stderr } = await dlq(...args, ...flags);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  }
  expect(await json('show', `${topic}:0:0`)).toMatchObject({
    key: { text: evil },
    value: { text: evil },
    facts: { from: { topic: evil } },
  });
});

test('the forms of the JSON are as documented', async () => {
  const topic = 'forms.dlq';
  await createTopics(servers, { [topic]: { partitions: 1 } });
  const value = JSON.stringify({ item: 1, hist: { svc: 'ingest', dt: FAILED_AT, refs: null } });
  const error = { name: 'E', message: 'm 1', stack: 'at x' };
  await writeLetters(servers, topic, 1, () => letter(5, { value, error, headers: [['h', Buffer.from([0xff])]] }));
  expect(await json('list', topic)).toEqual({
    form: 'phq-kafka.dlq.list/1',
    topics: [
      {
        topic,
        records: 1,
        redriven: 0,
        groups: [
          {
            error: { name: 'E', shape: 'm <n>' },
            records: 1,
            redriven: 0,
            firstFailure: FAILED_AT,
            lastFailure: FAILED_AT,
            sources: [{ topic: 'quakes', records: 1, firstPartition: 1, lastPartition: 1 }],
            positions: [{ partition: 0, first: 0, last: 0 }],
            example: { topic, partition: 0, offset: 0, message: 'm 1' },
          },
        ],
        unexplained: { records: 0, example: null },
      },
    ],
  });
  const { headers, ...shown } = await json('show', `${topic}:0:0`);
  expect(headers).toContainEqual({ name: 'h', value: { base64: '/w==' } });
  expect(headers).toContainEqual({ name: 'dlq.topic', value: { text: 'quakes' } });
  expect(shown).toEqual({
    form: 'phq-kafka.dlq.show/1',
    topic,
    partition: 0,
    offset: 0,
    timestampMs: expect.any(Number),
    redriven: false,
    facts: {
      from: { topic: 'quakes', partition: 1, offset: 5 },
      timestampMs: 1_700_000_000_005,
      groupId: 'ranker',
      svc: 'ranker',
      attempts: 3,
      error,
      firstFailure: FAILED_AT,
      lastFailure: FAILED_AT,
    },
    key: { text: 'id-5' },
    value: { text: value },
    lineage: { topic: 'quakes', partition: 1, offset: 5, key: 'id-5', hist: { svc: 'ingest', dt: FAILED_AT, refs: null } },
    unreadable: null,
  });
  expect(await json('redrive', topic, '--dry-run')).toEqual({
    form: 'phq-kafka.dlq.redrive/1',
    dryRun: true,
    topic,
    messages: 1,
    targets: [{ topic: 'quakes', messages: 1 }],
    staying: { redriven: 0, filtered: 0, unexplained: 0, notAllowed: 0, noTopic: 0, denied: 0, tooLarge: 0 },
    refusedTopics: [],
  });
  expect(await json('purge', topic, '--before', '0:1')).toEqual({
    form: 'phq-kafka.dlq.purge/1',
    purged: false,
    topic,
    records: 1,
    notRedriven: 1,
    partitions: [{ partition: 0, from: 0, until: 1, records: 1, notRedriven: 1 }],
  });
});

test('exit codes: 0 done, 1 could not, 2 wrong usage; a secret is taken from a file and shown by nobody', async () => {
  const topic = 'codes.dlq';
  await createTopics(servers, { [topic]: { partitions: 1 } });
  await writeLetters(servers, topic, 1, () => letter(0, { from: { topic: 'gone' } }));
  expect(await dlq('redrive', topic)).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('does not exist') });
  const before = await topicsOf(servers);
  expect(await dlq('list', 'absent.dlq')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('UNKNOWN_TOPIC_OR_PART') });
  expect(await dlq('redrive', 'absent.dlq')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('UNKNOWN_TOPIC_OR_PART') });
  expect(await topicsOf(servers)).toEqual(before);
  expect((await dlq('purge', topic)).exitCode).toBe(2);
  expect((await dlq('purge', topic, '--before', '1969-12-31', '--yes')).exitCode).toBe(2);
  expect(await dlq('purge', topic, '--before', '9:1', '--yes')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('There is no partition 9'),
  });
  await createTopics(servers, { 'empty.dlq': { partitions: 1 } });
  expect(await dlq('purge', 'empty.dlq', '--before', '1h', '--yes')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('nothing lies before'),
  });
  expect((await dlq('list', topic, '--since', 'yesterday')).exitCode).toBe(2);
  expect(await dlq('list', topic, '--config', 'sasl.pasword=hunter2')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('sasl.password'),
  });
  const secret = await dlq('list', topic, '--config', 'sasl.password=hunter2');
  expect(secret).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('PHQ_KAFKA_SASL_PASSWORD') });
  const file = join(kafka.folder, 'client.properties');
  writeFileSync(
    file,
    `# how to log in\nbootstrap.servers = ${servers}\nclient.id=ops\nsecurity.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.username=u\nsasl.password=hunter2\n`,
  );
  const good = await runPhqKafka(['dlq', 'list', topic, '--config', file], { env: { PHQ_KAFKA_SECURITY_PROTOCOL: 'plaintext' } });
  expect(good).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 dead letter') });
  for (const { stdout, stderr } of [secret, good]) expect(stdout + stderr).not.toContain('hunter2');
});

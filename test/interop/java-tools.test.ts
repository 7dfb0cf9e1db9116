// Kafka's own console tools read what our Producer writes and write what our Consumer reads: keys, headers, times, tombstones, compressed or not.
import { expect, test } from 'vitest';
import { type ConsumedMessage, Producer } from '../../src/index.js';
import { javaTool } from './support/java.js';
import { bootstrapServers, freshTopic, readerOf, readRaw, takeAll } from './support/kafka.js';

const CONSOLE = 'org.apache.kafka.tools.ConsoleProducer';
const properties = (entries: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(entries).flatMap(([name, value]) => ['--property', `${name}=${value}`]);

test('the console consumer prints our records with key, headers, partition, offset and time', async () => {
  const topic = await freshTopic('to-java', 1);
  await using producer = new Producer({ svc: 'rank', outputTopics: topic, bootstrapServers });
  const headers = [
    ['trace', Buffer.from('é')],
    ['gone', null],
  ] as const;
  const timestampMs = 1_700_000_000_123;
  await producer.produceBatch([
    { id: 'clé', payload: { place: 'Wānaka' }, record: { timestampMs, headers } },
    { id: null, payload: 1, record: { timestampMs } },
    { id: 'gone', payload: null, tombstone: true, record: { timestampMs } },
  ]);
  const shown = ['timestamp', 'partition', 'offset', 'headers', 'key'].map((what) => [`print.${what}`, 'true']);
  const lines = await javaTool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
    ...['--bootstrap-server', bootstrapServers, '--topic', topic, '--from-beginning', '--max-messages', '3', '--timeout-ms', '60000'],
    ...properties(Object.fromEntries(shown)),
  ]);
  const raw = await readRaw(topic, 3);
  const value = (index: number): string => raw[index]?.value?.toString() ?? 'null';
  expect(lines).toEqual([
    `CreateTime:${timestampMs}\tPartition:0\tOffset:0\ttrace:é,gone:null\tclé\t${value(0)}`,
    `CreateTime:${timestampMs}\tPartition:0\tOffset:1\tNO_HEADERS\tnull\t${value(1)}`,
    `CreateTime:${timestampMs}\tPartition:0\tOffset:2\tNO_HEADERS\tgone\tnull`,
  ]);
  expect(value(0)).toMatch(/^\{"item":\{"place":"Wānaka"\},"hist":\{"svc":"rank","dt":"[^"]+","refs":\[\]\}\}$/);
});

test('our Consumer reads envelopes from the console producer; a null value is a tombstone', async () => {
  const topic = await freshTopic('from-java', 1);
  const hist = { svc: 'jäva', dt: '2026-11-23T02:58:51.314328Z', refs: [] };
  const line = (headers: string, key: string, value: string): string => `${headers}\t${key}\t${value}\n`;
  const input = [
    line('trace:é,trace:NULL', 'clé', JSON.stringify({ item: { place: 'Wānaka 🎟' }, hist })),
    line('NULL', 'NULL', JSON.stringify({ item: 2, hist: null })),
    line('NULL', 'clé', 'NULL'),
    line('NULL', 'last', JSON.stringify({ item: 3 })),
  ];
  const options = properties({ 'parse.headers': 'true', 'parse.key': 'true', 'null.marker': 'NULL' });
  await javaTool(CONSOLE, ['--bootstrap-server', bootstrapServers, '--topic', topic, ...options], input.join(''));
  const messages = await takeAll(readerOf(topic), 3);
  expect(messages.map(seen)).toEqual([
    {
      offset: 0,
      id: 'clé',
      payload: { place: 'Wānaka 🎟' },
      headers: [
        ['trace', 'é'],
        ['trace', null],
      ],
      hist,
    },
    { offset: 1, id: null, payload: 2, headers: [], hist: null },
    { offset: 3, id: 'last', payload: 3, headers: [], hist: null },
  ]);
});

test('VerifiableProducer writes numbers; without envelopes they are payloads', async () => {
  const topic = await freshTopic('verifiable', 3);
  const args = ['--bootstrap-server', bootstrapServers, '--topic', topic, '--max-messages', '500', '--repeating-keys', '7'];
  const lines = await javaTool('org.apache.kafka.tools.VerifiableProducer', args);
  const events = lines.map((line) => JSON.parse(line) as { name: string; key: string; value: string; partition: number; offset: number });
  const sent = events.filter(({ name }) => name === 'producer_send_success');
  const messages = await takeAll<number>({ ...readerOf(topic), inputFormat: 'json' }, 500);
  const rows = messages.map(({ id, payload, partition, offset }) => `${partition}:${offset} ${id}=${payload}`);
  expect(sent).toHaveLength(500);
  expect(rows.toSorted()).toEqual(sent.map(({ partition, offset, key, value }) => `${partition}:${offset} ${key}=${value}`).toSorted());
});

function seen({ offset, id, payload, headers, refs }: ConsumedMessage) {
  return { offset, id, payload, headers: headers.map(([name, value]) => [name, value?.toString() ?? null]), hist: refs[0].hist };
}

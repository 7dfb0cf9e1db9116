// What our Producer writes, a Python service reads field by field: payloads, keys, headers, tombstones, and histories it never has to forget.
import { expect, test } from 'vitest';
import { Consumer, type OutgoingMessage, Producer, type Ref } from '../../src/index.js';
import { golden } from './support/golden.js';
import { at, bootstrapServers, freshTopic, readerOf } from './support/kafka.js';
import { type PythonMessage, pythonReads, pythonWrites } from './support/python.js';

const REFS: readonly Ref[] = [
  {
    topic: 'quakes',
    partition: 11,
    offset: 9_007_199_254_740_000,
    key: '日本',
    hist: { svc: 'ingést', dt: '2026-11-23T02:58:51.314328Z', refs: null },
  },
  { topic: 'venues', partition: 0, offset: 0, key: null, hist: null },
];

const MESSAGES: readonly OutgoingMessage[] = [
  { id: 'us7000', payload: { place: 'Île de Pâques', nested: [1, [2, { '': {} }]], none: null, yes: true }, refs: REFS },
  { id: 'clé \u0000 🎟', payload: 'Événement à Montréal 🎟 \u0000 \u001f " \\ / \u2028 \u007f', refs: [] },
  { id: null, payload: [0.1, 1e-7, 1e21, 1.7976931348623157e308, 5e-324, -17, Number.MAX_SAFE_INTEGER], refs: REFS },
  { id: '', payload: { lone: '\ud83c', '\udf9f': 'as a name' } },
  { id: 'null', payload: null },
  { id: 'long', payload: 'é'.repeat(100_000) },
  { id: 'gone', payload: null, tombstone: true },
  {
    id: 'headers',
    payload: false,
    record: {
      timestampMs: 1_700_000_000_123,
      headers: [
        ['trace', Buffer.from('é')],
        ['trace', null],
        ['empty', Buffer.alloc(0)],
      ],
    },
  },
];

const byPosition = (messages: readonly PythonMessage[]) => new Map(messages.map((message) => [at(message), message]));

test('every message arrives in Python as it was', async () => {
  const topic = await freshTopic('ours');
  await using producer = new Producer({ svc: 'rânk', outputTopics: topic, bootstrapServers });
  const deliveries = await producer.produceBatch(MESSAGES);
  const read = byPosition(await pythonReads(topic, MESSAGES.length));
  for (const [index, { id, payload, refs = [], tombstone = false, record }] of MESSAGES.entries()) {
    const { partition, offset } = deliveries[index] as { partition: number; offset: number };
    const hist = { svc: 'rânk', dt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/), refs };
    expect(read.get(at({ partition, offset }))).toEqual({
      partition,
      offset,
      key: id,
      timestampMs: record?.timestampMs ?? expect.any(Number),
      headers: record?.headers?.map(([name, value]) => [name, value?.toString() ?? null]) ?? [],
      isTombstone: tombstone,
      item: payload,
      ref: tombstone ? null : { topic, partition, offset, key: id, hist },
    });
  }
});

test.for(['depth-99', 'depth-100', 'depth-140'])(
  'a message made of one with a history of %s is not forgotten by Python: near hops and origin stay',
  async (name) => {
    const [input, output] = [await freshTopic(`deep-${name}`, 1), await freshTopic(`deep-${name}-out`, 1)];
    const { key, value } = golden.find((record) => record.name === name) as (typeof golden)[number];
    await pythonWrites(input, [{ key, text: value }]);
    await using producer = new Producer({ svc: 'rank', outputTopics: output, bootstrapServers });
    const consumer = new Consumer(readerOf(input));
    await consumer.process(async (messages) => {
      await producer.produceBatch(messages.map((message) => message.derive(message.id, message.payload)));
      void consumer.close();
    });
    const [read] = await pythonReads(output, 1);
    const before = hopsOf((JSON.parse(value) as { hist: Hop }).hist);
    const after = hopsOf(read?.ref?.hist as Hop);
    expect(after).toHaveLength(99);
    expect(after[0]?.svc).toBe('rank');
    // The nearest ancestors, then the very first one.
    expect(after.slice(1, -1).map(past)).toEqual(before.slice(0, 97).map(past));
    expect(past(after.at(-1))).toEqual(past(before.at(-1)));
    expect(after.reduce((sum, { dropped = 0 }) => sum + dropped, 0)).toBe(before.length - 98);
  },
);

interface Hop {
  readonly svc: string;
  readonly dt: string;
  readonly dropped?: number;
  readonly refs: readonly { readonly hist: Hop | null }[];
}

const past = (hop: Hop | undefined) => ({ svc: hop?.svc, dt: hop?.dt });

function hopsOf(newest: Hop): readonly Hop[] {
  const hops: Hop[] = [];
  for (let hop: Hop | null | undefined = newest; hop; hop = hop.refs[0]?.hist) hops.push(hop);
  return hops;
}

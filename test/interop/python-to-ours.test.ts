// What Python services write with json.dumps, our clients read field by field: payloads, keys, headers, histories, and faults at their byte.
import { expect, test } from 'vitest';
import { type ConsumedMessage, Consumer, type PayloadError, unpackKafkaPayload } from '../../src/index.js';
import { readable } from './support/golden.js';
import { at, freshTopic, readerOf, readRaw, takeAll } from './support/kafka.js';
import { type PythonRecord, pythonWrites } from './support/python.js';

const ITEMS: readonly unknown[] = [
  { id: 'us7000', place: 'Île de Pâques', mag: 4.5, nested: { list: [1, [2, [3, {}]]], none: null, yes: true } },
  'Événement à Montréal',
  '日本 🎟 \u0000 \u001f " \\ / \u2028 \u007f',
  { '\ud83c\udf9f': 'emoji as a name', '': 'no name', 'ü\n': 1 },
  // A lone surrogate is an escape in Python's JSON; as UTF-8 it would not exist.
  { lone: '\ud83c', '\udf9f': 'as a name' },
  [0.1, 1e-7, 1e21, 1.7976931348623157e308, 5e-324, -17, 9007199254740991],
  [],
  {},
  '',
  0,
  false,
  null,
  'x'.repeat(200_000),
];

const REFS = [
  {
    topic: 'quakes',
    partition: 2,
    offset: 9007199254740000,
    key: 'Zoë',
    hist: { svc: 'ingést', dt: '2026-11-23T15:58:37+13:00', refs: [] },
  },
  { topic: 'venues', partition: 0, offset: 0, key: null, hist: null },
];

const byPosition = (messages: readonly ConsumedMessage[]) => new Map(messages.map((message) => [at(message), message]));

test('every item and history that Python packs arrives as it was', async () => {
  const topic = await freshTopic('python-items');
  const records: readonly PythonRecord[] = ITEMS.map((item, index) => ({
    key: [`clé-${index}`, '🎟', null, ''][index % 4] as string | null,
    item,
    svc: 'géocode',
    refs: index % 2 === 0 ? REFS : [],
    headers: [
      ['trace', `é-${index}`],
      ['trace', null],
    ],
  }));
  const before = Date.now();
  const landed = await pythonWrites(topic, records);
  const messages = byPosition(await takeAll(readerOf(topic), records.length));
  for (const [index, { key = null, item, svc, refs, headers }] of records.entries()) {
    const message = messages.get(at(landed[index] as { partition: number; offset: number }));
    expect(message).toMatchObject({ id: key, topic, ...landed[index] });
    expect(message?.payload).toEqual(item);
    expect(message?.refs[0].hist).toEqual({ svc, dt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/), refs });
    expect(message?.headers.map(([name, value]) => [name, value?.toString() ?? null])).toEqual(headers);
    // It was json.dumps that wrote it: nothing but ASCII, a blank after each separator.
    expect(message?.raw.value?.toString('latin1')).toMatch(/^\{"item": [\x20-\x7e]*, "hist": \{"svc": "g\\u00e9ocode", "dt": "/);
    expect(Date.parse(message?.refs[0].hist?.dt ?? '')).toBeGreaterThanOrEqual(before - 1);
  }
});

test('the recorded values of the Python library read the same through Kafka', async () => {
  const topic = await freshTopic('python-golden');
  const landed = await pythonWrites(
    topic,
    readable.map(({ key, value }) => ({ key, text: value })),
  );
  const consumed = byPosition(await takeAll(readerOf(topic), readable.length));
  const raw = new Map((await readRaw(topic, readable.length)).map((record) => [at(record), record]));
  for (const [index, { name, key, value, item, ref }] of readable.entries()) {
    const here = landed[index] as { partition: number; offset: number };
    const position = { topic, ...here, key };
    // The low-level function forgets where Python forgets ...
    expect(unpackKafkaPayload(raw.get(at(here)) as never), name).toEqual({ item, ref: { ...position, hist: ref?.hist } });
    // ... and the Consumer keeps everything, with a single ref as a list of one.
    const { hist = null } = JSON.parse(value) as { hist?: { refs: unknown } | null };
    const listed = name === 'refs-single-dict' ? { ...hist, refs: [hist?.refs] } : hist;
    expect(consumed.get(at(here))?.payload, name).toEqual(item);
    expect(toPlain(consumed.get(at(here))?.refs[0]), name).toEqual({ ...position, hist: listed });
  }
});

test.for([
  ['NaN', '{"key": "nan", "item": {"place": "Zoë", "mag": NaN}}', 'NaN'],
  ['Infinity', '{"key": "inf", "item": [1, Infinity]}', 'Infinity'],
  ['-Infinity', '{"key": "inf", "item": -Infinity}', '-Infinity'],
] as const)('%s, which Python takes for JSON, stops process exactly there and names its byte', async ([, line, word]) => {
  const topic = await freshTopic('python-nan', 1);
  await pythonWrites(topic, [{ key: 'a', item: 1 }, line, { key: 'b', item: 2 }]);
  const text = (await readRaw(topic, 3))[1]?.value?.toString() ?? '';
  const consumer = new Consumer(readerOf(topic));
  const seen: unknown[] = [];
  const error: PayloadError = await consumer
    .process((batch) => void seen.push(...batch.map(({ payload }) => payload)))
    .then(
      () => expect.unreachable(),
      (thrown: PayloadError) => thrown,
    );
  // A minus may begin a number: the fault is the letter after it.
  const byte = text.indexOf(word) + (word.startsWith('-') ? 1 : 0);
  expect(error).toMatchObject({ code: 'PAYLOAD_NOT_JSON', position: { topic, partition: 0, offset: 1 }, byte });
  expect(seen).toEqual([1]);
});

/** A consumed message's ref reads its history when asked: all of it is in its JSON. */
const toPlain = (ref: unknown): unknown => JSON.parse(JSON.stringify(ref));

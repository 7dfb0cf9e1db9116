/** Rows become messages; tombstones are passed over, a faulty row ends its partition's part of the batch. */
import * as v from 'valibot';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type DecodedBatch, type DecodeOptions, decodeBatch } from '../../../src/consumer/decode.js';
import { BatchView } from '../../../src/engine/batch-view.js';
import { FAULT } from '../../../src/engine/native.js';
import { TopicSchemas, unchecked } from '../../../src/settings/schemas.js';
import type { Schemas } from '../../../src/settings/topics.js';
import { type FakeRow, fakeBatch } from '../engine/fakes.js';

const TOPICS = ['quakes', 'storms'];
const faults: string[] = [];
const OPTIONS: DecodeOptions = {
  latestOnly: false,
  tombstones: 'skip',
  onInvalid: 'stop',
  inputSchemas: undefined,
  onFault: ({ code }) => faults.push(code),
  topicName: (id) => TOPICS[id] as string,
};
beforeEach(() => {
  faults.length = 0;
});
const decode = (rows: readonly FakeRow[], latestOnly = false, options: Partial<DecodeOptions> = {}): DecodedBatch<unknown> =>
  atOnce(decodeBatch(new BatchView(fakeBatch(rows)), { ...OPTIONS, latestOnly, ...options }));

/** Without asynchronous schemas there is never a promise. */
function atOnce<T>(decoded: DecodedBatch<T> | Promise<DecodedBatch<T>>): DecodedBatch<T> {
  if (decoded instanceof Promise) throw new Error('Decoding made a promise');
  return decoded;
}
const positionsOf = ({ positions }: DecodedBatch<unknown>): number[][] => {
  const flat = [...positions.toArray()];
  return Array.from({ length: flat.length / 5 }, (_, i) => flat.slice(i * 5, i * 5 + 3));
};

test('a row becomes a message with everything a handler may ask for', () => {
  const { messages, faults, tombstones, superseded } = decode([
    { topicId: 1, partition: 2, offset: 3, timestampMs: 99, key: 'Zoë', item: '{"a":"地"}', hist: '{"svc":"s","dt":"d","refs":[]}' },
  ]);
  expect({ faults, tombstones, superseded }).toEqual({ faults: [], tombstones: 0, superseded: 0 });
  const [message] = messages;
  expect(message).toMatchObject({
    id: 'Zoë',
    payload: { a: '地' },
    topic: 'storms',
    partition: 2,
    offset: 3,
    timestampMs: 99,
    headers: [],
  });
  expect(JSON.parse(JSON.stringify(message?.refs))).toEqual([
    { topic: 'storms', partition: 2, offset: 3, key: 'Zoë', hist: { svc: 's', dt: 'd', refs: [] } },
  ]);
  expect(message?.raw.key).toEqual(Buffer.from('Zoë'));
});

test('each call parses afresh: no attempt sees what an earlier one did to its payloads', () => {
  const view = new BatchView(fakeBatch([{ item: '{"a":1}' }]));
  const once = (): { a: number } => atOnce(decodeBatch<{ a: number }>(view, OPTIONS)).messages[0]?.payload ?? { a: 0 };
  once().a = 2;
  expect(once()).toEqual({ a: 1 });
});

test('tombstones are counted and their positions are done', () => {
  const decoded = decode([{ item: '1' }, { tombstone: true }, { tombstone: true }]);
  expect(decoded.messages.map(({ payload }) => payload)).toEqual([1]);
  expect(decoded.tombstones).toBe(2);
  expect(positionsOf(decoded)).toEqual([[0, 0, 3]]);
});

test('behind a faulty row nothing of its partition is handled or done; the other partitions are', () => {
  const decoded = decode([
    { partition: 0, offset: 0, item: '0' },
    { partition: 1, offset: 5, fault: FAULT.notJson, faultAt: 2 },
    { partition: 0, offset: 1, item: '1' },
    { partition: 1, offset: 6, item: '6' },
    { partition: 1, offset: 7, tombstone: true },
    { partition: 2, offset: 9, fault: FAULT.noItem },
    { partition: 0, offset: 2, item: '2' },
  ]);
  expect(decoded.messages.map(({ partition, offset }) => [partition, offset])).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
  ]);
  expect(decoded.tombstones).toBe(0);
  // The first fault is the one that is told; the second stops its partition all the same.
  expect(decoded.faults[0]).toMatchObject({ code: 'PAYLOAD_NOT_JSON', position: { topic: 'quakes', partition: 1, offset: 5 } });
  expect(positionsOf(decoded)).toEqual([
    [0, 0, 3],
    [0, 1, 5],
    [0, 2, 9],
  ]);
});

test.for([
  [FAULT.notUtf8, 'PAYLOAD_NOT_UTF8'],
  [FAULT.notJson, 'PAYLOAD_NOT_JSON'],
  [FAULT.notAnObject, 'PAYLOAD_NOT_AN_ENVELOPE'],
  [FAULT.noItem, 'PAYLOAD_NO_ITEM'],
  [FAULT.tooDeep, 'PAYLOAD_TOO_DEEP'],
] as const)('fault %i is %s, with position and byte', ([fault, code]) => {
  expect(decode([{ offset: 4, item: '"private"', fault, faultAt: 1 }]).faults[0]).toMatchObject({
    code,
    byte: 1,
    position: { topic: 'quakes', partition: 0, offset: 4 },
  });
});

test('the error shows one character of the value and never more', () => {
  const shown = decode([{ item: '"private"', fault: FAULT.notJson, faultAt: 9 }]).faults[0]?.message;
  expect(shown).toBe('Value of quakes:0:0 is not JSON: unexpected "p" at byte 9');
  expect(decode([{ item: '"\u00ff"', fault: FAULT.notUtf8, faultAt: 9 }]).faults[0]?.message).toContain('unexpected 0xc3 at byte 9');
  expect(decode([{ item: '1', fault: FAULT.notJson, faultAt: 10 }]).faults[0]?.message).toContain('unexpected end at byte 10');
});

test('JSON that only V8 refuses is a PayloadError as well', () => {
  const { faults } = decode([{ item: '{"secret":oops}' }]);
  expect(faults[0]).toMatchObject({ code: 'PAYLOAD_NOT_JSON', position: { offset: 0 } });
  // V8's own error quotes the value.
  expect(faults[0]).not.toHaveProperty('cause');
  expect(faults[0]?.message).not.toContain('secret');
});

test('latestOnly keeps the last of each id by topic and partition, and every null id', () => {
  const decoded = decode(
    [
      { key: 'a', item: '1' },
      { key: null, item: '2' },
      { key: 'a', item: '3' },
      { key: null, item: '4' },
      { key: 'a', partition: 1, item: '5' },
      { key: 'a', topicId: 1, item: '6' },
    ],
    true,
  );
  expect(decoded.messages.map(({ payload }) => payload)).toEqual([2, 3, 4, 5, 6]);
  expect(decoded.superseded).toBe(1);
  expect(positionsOf(decoded)[0]).toEqual([0, 0, 4]);
});

test.each([
  ['"a\tb"', 10, 9],
  ['01', 9, 8],
  ['[1}', 10, 0],
])('the byte at which the item %s is no JSON any more is told exactly, whatever the engine says', (item, byte, faultAt) => {
  expect(decode([{ item, fault: FAULT.notJson, faultAt }]).faults[0]).toMatchObject({ code: 'PAYLOAD_NOT_JSON', byte });
  expect(decode([{ item }]).faults[0]).toMatchObject({ code: 'PAYLOAD_NOT_JSON', byte });
});

test('a fault cannot be superseded away by a later message of its id', () => {
  const decoded = decode(
    [
      { key: 'a', fault: FAULT.notJson },
      { key: 'a', item: '2' },
    ],
    true,
  );
  expect(decoded.faults[0]).toBeDefined();
  expect(decoded.messages).toEqual([]);
});

test("onInvalid 'skip': faulty rows are told, counted and done, and the rest of their partition is handled", () => {
  const decoded = decode(
    [
      { offset: 0, item: '0' },
      { offset: 1, fault: FAULT.notJson },
      { offset: 2, item: '2' },
      { offset: 3, fault: FAULT.noItem },
    ],
    false,
    {
      onInvalid: 'skip',
    },
  );
  expect(decoded.messages.map(({ payload }) => payload)).toEqual([0, 2]);
  expect(decoded).toMatchObject({ invalid: 2, faults: [] });
  expect(faults).toEqual(['PAYLOAD_NOT_JSON', 'PAYLOAD_NO_ITEM']);
  expect(positionsOf(decoded)).toEqual([[0, 0, 4]]);
});

test("tombstones 'deliver': they are messages without payload that a spread writes again as tombstones", () => {
  const decoded = decode(
    [
      { offset: 0, key: 'a', tombstone: true },
      { offset: 1, key: 'b', item: '1' },
    ],
    false,
    { tombstones: 'deliver' },
  );
  expect(decoded.messages.map(({ id, payload, tombstone }) => [id, payload, tombstone])).toEqual([
    ['a', null, true],
    ['b', 1, undefined],
  ]);
  expect(decoded.tombstones).toBe(0);
  expect({ ...decoded.messages[0] }).toHaveProperty('tombstone', true);
  expect({ ...decoded.messages[1] }).not.toHaveProperty('tombstone');
});

describe('schemas', () => {
  const by = (schemas: Schemas, own: Partial<DecodeOptions> = {}): Partial<DecodeOptions> => ({
    inputSchemas: TopicSchemas.from(schemas),
    ...own,
  });
  const Positive = z.object({ n: z.number().min(0) });
  const later = (schema: z.ZodType): z.ZodType => schema.refine(async () => true);

  test("the output of the topic's own schema is the payload; a topic without one is as it came", () => {
    const { messages } = decode(
      [{ item: '{"n":1,"more":2}' }, { topicId: 1, item: '{"n":1,"more":2}' }],
      false,
      by({ quakes: Positive, storms: unchecked() }),
    );
    expect(messages.map(({ payload }) => payload)).toEqual([{ n: 1 }, { n: 1, more: 2 }]);
  });

  test('what a schema refuses is invalid like what cannot be read: exactly there its partition stops', () => {
    const decoded = decode(
      [{ item: '{"n":1}' }, { item: '{"n":-77123}' }, { item: '{"n":2}' }, { partition: 1, offset: 9, item: '{"n":3}' }],
      false,
      by({ quakes: Positive }),
    );
    expect(decoded.messages.map(({ payload }) => payload)).toEqual([{ n: 1 }, { n: 3 }]);
    expect(decoded.faults[0]).toMatchObject({
      code: 'PAYLOAD_SCHEMA',
      position: { topic: 'quakes', partition: 0, offset: 1 },
      issues: [{ path: 'n', message: expect.stringMatching(/>=0/) }],
      message: expect.stringMatching(/^Value of quakes:0:1 does not fit the schema of topic "quakes": payload\.n: /),
    });
    expect(JSON.stringify(decoded.faults[0]) + decoded.faults[0]?.message).not.toContain('77123');
    expect(positionsOf(decoded)).toEqual([
      [0, 0, 1],
      [0, 1, 10],
    ]);
  });

  test("under 'skip' it is counted and told", () => {
    const decoded = decode([{ item: '{"n":-1}' }, { item: '{"n":2}' }], false, by({ quakes: Positive }, { onInvalid: 'skip' }));
    expect(decoded).toMatchObject({ invalid: 1, faults: [] });
    expect(faults).toEqual(['PAYLOAD_SCHEMA']);
    expect(positionsOf(decoded)).toEqual([[0, 0, 2]]);
  });

  test('tombstones are not asked about, delivered or not', () => {
    const rows = [{ key: 'a', tombstone: true }, { item: '{"n":1}' }];
    const options = by({ quakes: Positive });
    expect(decode(rows, false, options)).toMatchObject({ tombstones: 1, faults: [] });
    expect(decode(rows, false, { ...options, tombstones: 'deliver' }).messages.map(({ payload }) => payload)).toEqual([null, { n: 1 }]);
  });

  test('the schema comes before latestOnly: a refused message is not superseded away', () => {
    const rows = [
      { key: 'a', item: '{"n":-1}' },
      { key: 'a', item: '{"n":1}' },
    ];
    expect(decode(rows, true, by({ quakes: Positive })).faults[0]?.code).toBe('PAYLOAD_SCHEMA');
  });

  test('asynchronous schemas are asked one after the other, once a record, mixed with others', async () => {
    const asked: number[] = [];
    let running = 0;
    // valibot's: zod asks an asynchronous refinement twice by itself (docs/decisions/0017).
    const isAllowed = async (n: number): Promise<boolean> => {
      expect(++running).toBe(1);
      await new Promise(setImmediate);
      asked.push(n);
      running--;
      return n !== 3;
    };
    const slow = v.pipeAsync(v.number(), v.checkAsync(isAllowed));
    const rows = [{ item: '1' }, { topicId: 1, item: '"x"' }, { item: '2' }, { tombstone: true }, { item: '3' }, { item: '4' }];
    const decoding = decodeBatch(new BatchView(fakeBatch(rows)), { ...OPTIONS, ...by({ quakes: slow, storms: z.string() }) });
    expect(decoding).toBeInstanceOf(Promise);
    const decoded = await decoding;
    expect(decoded.messages.map(({ payload }) => payload)).toEqual([1, 'x', 2]);
    expect(decoded.faults[0]?.position?.offset).toBe(4);
    expect(asked).toEqual([1, 2, 3]);
    expect(decoded.tombstones).toBe(1);
  });

  test('each call parses and checks afresh', async () => {
    const view = new BatchView(fakeBatch([{ item: '{"n":1}' }]));
    for (const schema of [Positive, later(Positive)]) {
      const once = async (): Promise<{ n: number }> => {
        const { messages } = await decodeBatch<{ n: number }>(view, { ...OPTIONS, ...by({ quakes: schema }) });
        return messages[0]?.payload as { n: number };
      };
      (await once()).n = -5;
      expect(await once()).toEqual({ n: 1 });
    }
  });

  test('a schema that throws ends the batch: nothing of it is decoded, at once or later', async () => {
    const fail = (): never => {
      throw new Error('no database');
    };
    const broken = v.pipe(v.number(), v.check(fail));
    expect(() => decode([{ item: '1' }], false, by({ quakes: broken }))).toThrow(expect.objectContaining({ code: 'SCHEMA_THREW' }));
    const options = { ...OPTIONS, onInvalid: 'skip' as const, ...by({ quakes: broken, storms: later(z.number()) }) };
    const decoding = decodeBatch(new BatchView(fakeBatch([{ topicId: 1, item: '1' }, { item: '2' }])), options);
    await expect(decoding).rejects.toMatchObject({ code: 'SCHEMA_THREW', position: { topic: 'quakes', partition: 0, offset: 1 } });
    // zod tells a throw as a rejection.
    const zods = decodeBatch(new BatchView(fakeBatch([{ item: '1' }])), { ...OPTIONS, ...by({ quakes: z.number().refine(fail) }) });
    await expect(zods).rejects.toMatchObject({ code: 'SCHEMA_THREW', position: { offset: 0 } });
  });
});

import { expect, test } from 'vitest';
import { PayloadError, UsageError } from '../../../src/errors.js';
import { calcRefLatencies, derive, packKafkaPayload, unpackKafkaPayload } from '../../../src/index.js';
import type { History, Ref } from '../../../src/message/history.js';

const DT = '2026-01-02T03:04:05.678Z';
const record = (value: string) => ({ topic: 't', partition: 0, offset: 0, key: null, value });
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

test.each([10_000, 1_000_000])('a payload nested %i deep is a PayloadError, not the end of the stack', (depth) => {
  expect(() => unpackKafkaPayload(record(`{"item":${nested(depth)}}`))).toThrow(PayloadError);
});

test('a history nested 100,000 hops deep is one too', () => {
  const hop = `{"svc":"a","dt":"${DT}","refs":[{"topic":"t","partition":0,"offset":0,"key":null,"hist":`;
  const hist = `${hop.repeat(100_000)}null${'}]}'.repeat(100_000)}`;
  expect(() => unpackKafkaPayload(record(`{"item":1,"hist":${hist}}`))).toThrow(PayloadError);
});

function chain(hops: number): Ref {
  let hist: History | null = null;
  for (let i = 0; i < hops; i++) hist = { svc: `s${i}`, dt: DT, refs: [{ topic: 't', partition: 0, offset: i, key: null, hist }] };
  return { topic: 't', partition: 0, offset: hops, key: null, hist };
}

test('a chain of 100,000 refs made in memory is cut, packed and measured without recursion', () => {
  const ref = chain(100_000);
  const packed = packKafkaPayload('x', 1, [ref]);
  expect(packed.length).toBeLessThan(100_000);
  expect(packed).toContain('"dropped"');
  expect(calcRefLatencies('x', ref, undefined, { now: DT }).total).toBe(0);
});

test('refs that go in circles end', () => {
  const hist = { svc: 'a', dt: DT, refs: [] as Ref[] };
  const ref = { topic: 't', partition: 0, offset: 0, key: null, hist } as unknown as Ref;
  hist.refs.push(ref);
  expect(calcRefLatencies('x', ref, undefined, { now: DT }).stages.length).toBeGreaterThan(0);
  expect(packKafkaPayload('x', 1, [ref]).length).toBeLessThan(100_000);
});

test('a payload that contains itself, or is too deep to write, is a UsageError', () => {
  const knot: Record<string, unknown> = {};
  knot.self = knot;
  expect(() => packKafkaPayload('x', knot)).toThrow(UsageError);
  let deep: unknown = null;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(() => packKafkaPayload('x', deep)).toThrow(UsageError);
});

test('an item named __proto__ changes no prototype', () => {
  const unpacked = unpackKafkaPayload(record('{"item":{"__proto__":{"polluted":1}},"hist":null}'));
  expect(Object.keys(unpacked?.item as object)).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(derive([], '1', unpacked?.item).payload).toBe(unpacked?.item);
});

import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import type { Ref } from '../../../src/message/history.js';
import { type HistorySource, LazyRef } from '../../../src/message/lazy-ref.js';

function sourceOf(text: string | null): HistorySource & { reads: number } {
  return {
    reads: 0,
    historyText() {
      this.reads++;
      return text;
    },
    historyDepth: () => 9,
  };
}

const parent: Ref = { topic: 'p', partition: 0, offset: 1, key: 'k', hist: null };
const hist = { svc: 'in', dt: '2026-11-23T02:58:37Z', refs: [parent], extra: 1 };

test('the history is parsed at the first look and only once', () => {
  const source = sourceOf(JSON.stringify(hist));
  const ref = new LazyRef('t', 2, 3, 'id', source, 0);
  expect(source.reads).toBe(0);
  expect(ref.hist).toEqual(hist);
  expect(ref.hist).toBe(ref.hist);
  expect(source.reads).toBe(1);
});

test('position and key are own fields, the history is not, and JSON has all of it', () => {
  const ref = new LazyRef('t', 2, 3, null, sourceOf(JSON.stringify(hist)), 0);
  expect(Object.keys(ref)).toEqual(['topic', 'partition', 'offset', 'key']);
  expect({ ...ref }).toEqual({ topic: 't', partition: 2, offset: 3, key: null });
  expect(JSON.parse(JSON.stringify(ref))).toEqual({ topic: 't', partition: 2, offset: 3, key: null, hist });
});

test('printing it neither shows nor parses the history', () => {
  const source = sourceOf(JSON.stringify(hist));
  expect(inspect(new LazyRef('t', 2, 3, 'id', source, 0), { depth: 9 })).toBe("{ topic: 't', partition: 2, offset: 3, key: 'id' }");
  expect(source.reads).toBe(0);
});

test.each([[null], ['null'], ['5'], ['"text"'], ['[1]']])('a history of %s is none', (text) => {
  expect(new LazyRef('t', 0, 0, null, sourceOf(text), 0).hist).toBeNull();
});

test('a single ref in place of a list, at any depth, is read as a list of one', () => {
  const old = { svc: 'a', dt: 'x', refs: { ...parent, hist: { svc: 'b', dt: 'y', refs: { ...parent, hist: null } } } };
  const read = new LazyRef('t', 0, 0, null, sourceOf(JSON.stringify(old)), 0).hist;
  expect(read?.refs).toHaveLength(1);
  expect(read?.refs?.[0]?.hist?.refs).toEqual([parent]);
});

test('a history 10,000 hops deep is read without a crash', () => {
  const levels = 10_000;
  const text = `${'{"svc":"s","dt":"d","refs":[{"hist":'.repeat(levels)}null${'}]}'.repeat(levels)}`;
  expect(new LazyRef('t', 0, 0, null, sourceOf(text), 0).hist?.svc).toBe('s');
});

test('a __proto__ key in a history pollutes nothing', () => {
  const read = new LazyRef('t', 0, 0, null, sourceOf('{"svc":"s","dt":"d","refs":[],"__proto__":{"polluted":true}}'), 0).hist;
  expect(read?.svc).toBe('s');
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

import { expect, test } from 'vitest';
import type { UsageError } from '../../../src/errors.js';
import { packKafkaPayload } from '../../../src/message/envelope.js';
import type { History, Ref } from '../../../src/message/history.js';
import { LazyRef } from '../../../src/message/lazy-ref.js';
import { chain, countAll, hopsAsPython, lazy, originOf, packEnvelope, refTo } from './histories.js';

interface Written {
  readonly item: unknown;
  readonly hist: History;
}

function pack(refs: readonly Ref[] | null | undefined, maxBytes?: number): Written {
  const text = packEnvelope({ itemJson: '{"a":1}', svc: 'me', dt: '2026-11-23T03:00:00.000Z', refs, history: { maxBytes } });
  return JSON.parse(text) as Written;
}

test.each([[undefined], [null], [[]]])('refs %j give an empty list', (refs) => {
  expect(pack(refs)).toEqual({ item: { a: 1 }, hist: { svc: 'me', dt: '2026-11-23T03:00:00.000Z', refs: [] } });
});

test('a service name with quotes is escaped', () => {
  expect((JSON.parse(packKafkaPayload('a"b', 1)) as Written).hist.svc).toBe('a"b');
});

test("a consumed message's history goes out as the very text it came in", () => {
  const text = '{ "svc":"r\\u00e9", "dt":"2026-11-23T02:00:00+13:00", "refs":[ ], "mine": 1.0 }';
  const ref = new LazyRef('é"t', 1, 2, null, lazy(text), 0);
  const packed = packEnvelope({ itemJson: '1', svc: 'me', dt: 'now', refs: [ref, ref] });
  const written = `{"topic":"é\\"t","partition":1,"offset":2,"key":null,"hist":${text}}`;
  expect(packed).toBe(`{"item":1,"hist":{"svc":"me","dt":"now","refs":[${written},${written}]}}`);
});

test('a consumed message without history gives a null hist', () => {
  expect(pack([new LazyRef('t', 1, 2, 'k', lazy(null), 0)]).hist.refs).toEqual([
    refTo(null, { topic: 't', partition: 1, offset: 2, key: 'k' }),
  ]);
});

test.each([['5'], ['"text"'], ['[1]'], ['false']])('a history of %s, which is none, does not travel on', (text) => {
  expect(pack([new LazyRef('t', 1, 2, 'k', lazy(text), 1)]).hist.refs).toEqual([
    { topic: 't', partition: 1, offset: 2, key: 'k', hist: null },
  ]);
});

test('refs of the user keep unknown fields, and inputs are not changed', () => {
  const ref = Object.freeze({ ...refTo(chain(3)), mine: { x: 1 } });
  expect(pack([ref]).hist.refs).toEqual([ref]);
});

test('a ref inside a ref may itself be lazy', () => {
  const inner = new LazyRef('t', 1, 2, 'k', lazy(JSON.stringify(chain(2))), 0);
  const outer = refTo({ svc: 'mid', dt: 'd', refs: [inner] });
  expect(pack([outer]).hist.refs?.[0]?.hist?.refs?.[0]?.hist).toEqual(chain(2));
});

test('a single ref in place of a list is written as a list, from text and from objects', () => {
  const old = { svc: 'old', dt: 'd', refs: refTo(null) } as unknown as History;
  for (const ref of [refTo(old), new LazyRef('t', 1, 2, 'k', lazy(JSON.stringify(old)), 0)]) {
    const written = pack([ref]).hist.refs?.[0]?.hist;
    expect(written?.refs).toEqual([refTo(null)]);
    expect(written?.dropped).toBeUndefined();
  }
});

test('98 hops are passed on whole, from text and from objects', () => {
  const hist = chain(98);
  for (const ref of [refTo(hist), new LazyRef('t', 0, 1, 'k', lazy(JSON.stringify(hist)), 0)]) {
    const written = pack([ref]).hist;
    expect(hopsAsPython(written)).toBe(99);
    expect(written.refs?.[0]?.hist).toEqual(hist);
  }
});

test.each([[99], [100], [140], [300]])('of %i hops the nearest and the origin stay and Python never reaches its limit', (hops) => {
  const hist = chain(hops);
  for (const ref of [refTo(hist), new LazyRef('t', 0, 1, 'k', lazy(JSON.stringify(hist)), 0)]) {
    const written = pack([ref]).hist;
    expect(hopsAsPython(written)).toBe(99);
    expect(originOf(written)).toEqual(originOf(hist));
    expect(countAll(written)).toBe(hops + 1);
    expect(written.refs?.[0]?.hist?.svc).toBe(hist.svc);
  }
});

test('100,000 hops made in memory are cut without a crash', () => {
  const written = pack([refTo(chain(100_000))]).hist;
  expect(hopsAsPython(written)).toBe(99);
  expect(countAll(written)).toBe(100_001);
});

test('beyond the byte budget the nearest hops and the origin stay, and the cut is counted where it was made', () => {
  const hist = chain(40);
  const { hist: written } = pack([refTo(hist)], 1500);
  expect(Buffer.byteLength(JSON.stringify(written.refs))).toBeLessThanOrEqual(1500);
  const hops = hopsAsPython(written);
  expect(hops).toBeGreaterThan(4);
  expect(hops).toBeLessThan(20);
  expect(originOf(written)).toEqual(originOf(hist));
  expect(countAll(written)).toBe(41);
  let nearest: History | null | undefined = written.refs?.[0]?.hist;
  let original: History | null | undefined = hist;
  for (let hop = 0; hop < hops - 3; hop++) {
    expect(nearest?.svc).toBe(original?.svc);
    expect(nearest?.dropped).toBeUndefined();
    nearest = nearest?.refs?.[0]?.hist;
    original = original?.refs?.[0]?.hist;
  }
  expect(nearest?.dropped).toBeGreaterThan(20);
});

test('a history that was cut before is cut again without losing count', () => {
  const once = pack([refTo(chain(200))]).hist;
  const twice = pack([refTo(once)], 2000).hist;
  expect(countAll(twice)).toBe(202);
  expect(originOf(twice)).toEqual(originOf(chain(200)));
});

test('a wide fan-in keeps every parent it has room for, and counts the others', () => {
  const refs = Array.from({ length: 400 }, (_, index) => refTo(chain(5), { offset: index }));
  const { hist } = pack(refs, 20_000);
  expect(Buffer.byteLength(JSON.stringify(hist.refs))).toBeLessThanOrEqual(20_000);
  expect(hist.refs?.length).toBeGreaterThan(100);
  expect(countAll(hist)).toBe(400 * 5 + 1);
});

test.each([[0], [1], [60], [300]])('a budget of %i bytes is kept, whatever it costs', (maxBytes) => {
  const { json } = { json: JSON.stringify(pack([refTo(chain(30)), refTo(chain(2))], maxBytes).hist.refs) };
  expect(Buffer.byteLength(json)).toBeLessThanOrEqual(Math.max(2, maxBytes));
});

test('bytes are counted, not characters', () => {
  const ref = refTo({ svc: '🎟'.repeat(100), dt: 'd', refs: [] });
  const whole = JSON.stringify([ref]);
  expect(pack([ref], Buffer.byteLength(whole)).hist.dropped).toBeUndefined();
  expect(pack([ref], whole.length + 50).hist.dropped).toBe(1);
});

test('a history that contains itself is cut where it closes', () => {
  const hist: { svc: string; dt: string; refs: Ref[] } = { svc: 'loop', dt: 'd', refs: [] };
  hist.refs.push(refTo({ svc: 'other', dt: 'd', refs: [refTo(hist)] }));
  const written = pack([refTo(hist)]).hist;
  expect(hopsAsPython(written)).toBeLessThan(6);
  expect(written.refs?.[0]?.hist?.refs?.[0]?.hist?.svc).toBe('other');
});

test('a web of shared objects with 2^60 lines ends within the budget', () => {
  let hist: History = { svc: 'origin', dt: '2026-11-23T00:00:00Z', refs: [] };
  for (let level = 0; level < 60; level++) hist = { svc: `s${level}`, dt: `2026-11-23T00:00:${level}Z`, refs: [refTo(hist), refTo(hist)] };
  const written = pack([refTo(hist)], 10_000).hist;
  expect(Buffer.byteLength(JSON.stringify(written.refs))).toBeLessThanOrEqual(10_000);
  expect(originOf(written)?.svc).toBe('origin');
});

test('what JSON cannot carry inside a ref is a UsageError', () => {
  const ref = { ...refTo(null), mine: 5n };
  expect(() => pack([ref])).toThrow(expect.objectContaining<Partial<UsageError>>({ code: 'USAGE_ARGUMENT' }));
  expect(() => pack([refTo({ svc: 's', dt: 'd', refs: [], mine: 5n } as unknown as History)], 10)).toThrow('message: a ref holds');
  expect(() => pack(['ref'] as unknown as Ref[])).toThrow('message.refs[0] is not a ref');
  const refs = [refTo(null), { id: 'a', payload: 1 } as unknown as Ref];
  expect(() => packEnvelope({ itemJson: '1', svc: 's', dt: 'd', refs, index: 3 })).toThrow('messages[3].refs[1] is not a ref');
});

test('random histories stay within bytes and hops, keep the origin where there is room, and lose no count', () => {
  let seed = 42;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const grow = (depth: number): History => ({
    svc: `s${random(9)}`,
    dt: `2026-11-23T0${random(9)}:00:0${random(9)}Z`,
    refs: depth === 0 ? [] : Array.from({ length: 1 + random(3) }, () => refTo(random(5) === 0 ? null : grow(depth - 1))),
  });
  for (let round = 0; round < 200; round++) {
    const refs = Array.from({ length: 1 + random(3) }, () => refTo(grow(random(6))));
    const maxBytes = 500 + random(8000);
    const written = pack(refs, maxBytes).hist;
    expect(Buffer.byteLength(JSON.stringify(written.refs))).toBeLessThanOrEqual(maxBytes);
    expect(hopsAsPython(written)).toBeLessThan(100);
    // A ref without history that had to go counts as one hop.
    const hops = 1 + refs.reduce((sum, ref) => sum + countAll(ref.hist), 0);
    expect(countAll(written)).toBeGreaterThanOrEqual(hops);
    expect(countAll(written)).toBeLessThanOrEqual(hops + JSON.stringify(refs).split('"hist":null').length - 1);
    expect(originOf(written)).toEqual(originOf({ svc: 'me', dt: '', refs }));
  }
});

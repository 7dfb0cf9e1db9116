import { expect, test } from 'vitest';
import type { History } from '../../../src/message/history.js';
import { calcRefLatencies } from '../../../src/message/latency.js';
import { LazyRef } from '../../../src/message/lazy-ref.js';
import { lazy, refTo } from './histories.js';

const now = '2026-11-23T00:01:00Z';
const origin: History = { svc: 'in', dt: '2026-11-23T00:00:00.000001Z', refs: [] };

test('no history: no stages', () => {
  expect(calcRefLatencies('me', refTo(null), null, { now })).toEqual({ stages: [], total: 0 });
});

test('microseconds and offsets are exact', () => {
  const hist: History = { svc: 'rank', dt: '2026-11-23T13:00:10.5+13:00', refs: [refTo(origin)] };
  expect(calcRefLatencies('me', refTo(hist), undefined, { now })).toEqual({
    stages: [
      { svc: 'rank', seconds: 10.499999 },
      { svc: 'me', seconds: 49.5 },
    ],
    total: 59.999999,
  });
});

test('consecutive hops of one service are one stage', () => {
  const twice: History = {
    svc: 'rank',
    dt: '2026-11-23T00:00:20Z',
    refs: [refTo({ svc: 'rank', dt: '2026-11-23T00:00:10Z', refs: [refTo(origin)] })],
  };
  const { stages } = calcRefLatencies('me', refTo(twice), undefined, { now });
  expect(stages.map(({ svc }) => svc)).toEqual(['rank', 'me']);
});

test('a target that is the origin is timed from its end; one that is not there gives nothing', () => {
  expect(calcRefLatencies('me', refTo(origin), 'in', { now }).total).toBe(59.999999);
  expect(calcRefLatencies('me', refTo(origin), 'nobody', { now })).toEqual({ stages: [], total: 0 });
});

test('now may be a Date and is the clock by default', () => {
  expect(calcRefLatencies('me', refTo(origin), null, { now: new Date(now) }).total).toBe(59.999999);
  const recent: History = { svc: 'in', dt: new Date().toISOString(), refs: [] };
  expect(calcRefLatencies('me', refTo(recent)).total).toBeLessThan(5);
});

test('a lazy ref and old data with a single ref work as well', () => {
  const old = { svc: 'rank', dt: '2026-11-23T00:00:20Z', refs: refTo(origin) };
  const ref = new LazyRef('t', 0, 1, 'k', lazy(JSON.stringify(old)), 0);
  expect(calcRefLatencies('me', ref, null, { now }).stages).toHaveLength(2);
});

test('a history that contains itself ends', () => {
  const hist = { svc: 'loop', dt: '2026-11-23T00:00:20Z', refs: [refTo(origin)] };
  hist.refs = [refTo(hist)];
  expect(calcRefLatencies('me', refTo(hist), null, { now }).stages).toHaveLength(1);
});

test('a time that is not RFC 3339 is named by the position of its message', () => {
  const ref = refTo({ svc: 'in', dt: 'yesterday', refs: [] }, { topic: 'quakes', offset: 7 });
  const fault = { code: 'PAYLOAD_BAD_TIME', position: { topic: 'quakes', partition: 0, offset: 7 } };
  expect(() => calcRefLatencies('me', ref)).toThrow(expect.objectContaining(fault));
  expect(() => calcRefLatencies('me', refTo(origin), null, { now: 'later' })).toThrow(expect.objectContaining({ code: 'USAGE_ARGUMENT' }));
});

import { expect, test } from 'vitest';
import { renderLineage } from '../../../src/cli/lineage.js';
import type { History, Ref } from '../../../src/index.js';

const DT = '2026-11-23T07:40:00.123Z';
const ref = (topic: string, offset: number, hist: History | null, key: string | null = 'k'): Ref => ({
  topic,
  partition: 0,
  offset,
  key,
  hist,
});
const hist = (svc: string, refs: readonly Ref[] | null = [], more: Partial<History> = {}): History => ({ svc, dt: DT, refs, ...more });

test('each hop is a line with place, key, service and time, below the one that was made of it', () => {
  const quake = ref('quakes', 3, hist('ingest'));
  expect(renderLineage(ref('alerts', 7, hist('ranker', [quake]), 'us1'))).toEqual([
    `alerts:0:7  us1  ranker  ${DT}`,
    `└─ quakes:0:3  k  ingest  ${DT}`,
  ]);
});

test('several parents branch, and each keeps its own line of ancestors', () => {
  const left = ref('a', 1, hist('left', [ref('raw', 9, hist('origin', null))]));
  const right = ref('b', 2, null, null);
  expect(renderLineage(ref('joined', 0, hist('join', [left, right])))).toEqual([
    `joined:0:0  k  join  ${DT}`,
    `├─ a:0:1  k  left  ${DT}`,
    `│  └─ raw:0:9  k  origin  ${DT}`,
    '└─ b:0:2  (no key)  (no history)',
  ]);
});

test('hops that a budget has cut are counted', () => {
  const origin = ref('raw', 0, hist('origin'));
  expect(renderLineage(ref('late', 5, hist('svc', [origin], { dropped: 12 })))).toEqual([
    `late:0:5  k  svc  ${DT}`,
    "├─ … 12 hops cut by the history's budget",
    `└─ raw:0:0  k  origin  ${DT}`,
  ]);
});

test('text from outside cannot steer the terminal, whatever part it stands in', () => {
  const evil = ref('t', 1, { svc: '\x1b[2J', dt: '\x07', refs: 'none' as never }, '\x1b]0;x\x07');
  expect(renderLineage(evil)).toEqual(['t:0:1  \\x1b]0;x\\x07  \\x1b[2J  \\x07']);
});

test('a history as wide as the sea is cut', () => {
  const wide = ref(
    't',
    0,
    hist(
      'svc',
      Array.from({ length: 1_000 }, (_, i) => ref('p', i, null)),
    ),
  );
  const lines = renderLineage(wide);
  expect(lines).toHaveLength(201);
  expect(lines.at(-1)).toBe('… and more hops');
});

test('what is not shown is not looked at', () => {
  let looks = 0;
  const parent = new Proxy(ref('p', 0, null), { get: (hop, name) => Reflect.get(hop, name) ?? ++looks });
  // As deep as the library reads, and as wide as a record of 1 MB can be at its end.
  let hop = ref(
    't',
    0,
    hist(
      'svc',
      Array.from({ length: 500_000 }, () => parent),
    ),
  );
  for (let depth = 0; depth < 90; depth++) hop = ref('t', 0, hist('svc', [hop]));
  expect(renderLineage(hop)).toHaveLength(201);
  expect(looks).toBeLessThan(1_000);
});

test.for([null, 5, 'x', [], {}, { topic: 't' }, { topic: { toString: 1 }, hist: { refs: [null] } }])(
  'a ref that is none is shown as it is: %j',
  (odd) => {
    const lines = renderLineage(ref('t', 1, hist('svc', [odd as unknown as Ref])));
    expect(lines[0]).toBe(`t:0:1  k  svc  ${DT}`);
    expect(lines[1]).toMatch(/^└─ /);
  },
);

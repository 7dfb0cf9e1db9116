/** Property tests: what they share, which is how many cases and from which seed, and the values that the library may meet.
 *  The seed is fixed so that a commit is not red by chance; the nightly run takes another each time (`PHQ_SEED`, `PHQ_RUNS`). */
import fc, { type Arbitrary } from 'fast-check';
import type { History, Ref } from '../../src/message/history.js';

const SEED = 20_261_127;
const RUNS = 200;

/** Checks the predicate for many values; it fails by throwing. */
export function holds<T extends readonly unknown[]>(values: { [K in keyof T]: Arbitrary<T[K]> }, predicate: (...args: T) => void): void {
  const { PHQ_SEED: seed = SEED, PHQ_RUNS: numRuns = RUNS } = process.env;
  const given = fc.tuple(...values) as unknown as Arbitrary<T>;
  fc.assert(
    fc.property(given, (args) => {
      predicate(...args);
    }),
    { seed: Number(seed), numRuns: Number(numRuns) },
  );
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('item', 'hist', '__proto__', 'toJSON', ''),
);
const dt = fc.oneof(
  fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom('2026-11-23T02:58:37.123456+13:00', '2026-11-23t02:58:37z'),
);
const position = { topic: text, partition: fc.nat(), offset: fc.nat(), key: fc.option(text) };

/** Payloads that JSON carries, with names that have bitten others. */
export const payloads: Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 4 }, fc.jsonValue(), fc.array(tie('any'), { maxLength: 3 }), fc.dictionary(text, tie('any'), { maxKeys: 3 })),
})).any;

/** Histories as our services and Python's write them, old forms included. */
export const histories: Arbitrary<History> = fc.letrec<{ hist: History; ref: Ref }>((tie) => ({
  hist: fc.record(
    { svc: text, dt, refs: fc.oneof(fc.constant(null), fc.array(tie('ref'), { maxLength: 3 })), dropped: fc.nat(5) },
    { requiredKeys: ['svc', 'dt', 'refs'] },
  ) as Arbitrary<History>,
  ref: fc.record({ ...position, hist: fc.option(tie('hist'), { freq: 3 }) }) as Arbitrary<Ref>,
})).hist;

export const refs: Arbitrary<Ref> = fc.record({ ...position, hist: fc.option(histories, { freq: 5 }) });

/** JSON objects with a history's names and anything in them. */
export const hostileHistories: Arbitrary<Record<string, unknown>> = fc.letrec<{ hist: Record<string, unknown>; any: unknown }>((tie) => ({
  hist: fc.record({ svc: tie('any'), dt: fc.oneof(dt, tie('any')), refs: tie('any'), dropped: tie('any') }, { requiredKeys: [] }),
  any: fc.oneof(
    { maxDepth: 5 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.record(
      { topic: text, partition: fc.nat(), offset: fc.nat(), key: tie('any'), hist: fc.oneof(tie('hist'), tie('any')) },
      { requiredKeys: [] },
    ),
  ),
})).hist;

interface Edit {
  readonly at: number;
  readonly cut: number;
  readonly put: string;
}
const edits: Arbitrary<Edit> = fc.record({
  at: fc.nat(200),
  cut: fc.nat(3),
  put: fc.oneof(
    fc.string({ maxLength: 2, unit: 'binary' }),
    fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '\\u1', '-', '0', 'e', 'NaN', 'nul', ' ', '\n', '\u0001'),
  ),
});

/** Envelopes and other JSON with a few edits: most are nearly JSON. */
export const nearlyJson: Arbitrary<string> = fc
  .tuple(
    fc.oneof(
      fc.json(),
      payloads.map((item) => JSON.stringify({ item, hist: null })),
      payloads.map((item) => JSON.stringify(item, null, 1)),
    ),
    fc.array(edits, { maxLength: 3 }),
  )
  .map(([json, changes]) => changes.reduce((now, { at, cut, put }) => now.slice(0, at) + put + now.slice(at + cut), json));

/** Values as they may lie in a topic: nearly JSON, bytes that are nearly text, anything. */
export const values: Arbitrary<Buffer> = fc.oneof(
  { arbitrary: nearlyJson.map((json) => Buffer.from(json)), weight: 4 },
  fc.tuple(nearlyJson, fc.uint8Array({ maxLength: 2 }), fc.nat(100)).map(([json, bytes, at]) => {
    const whole = Buffer.from(json);
    return Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at)]);
  }),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);

export const keys: Arbitrary<Buffer | null> = fc.option(
  fc.oneof(
    text.map((key) => Buffer.from(key)),
    fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
  ),
);

const headerValues: Arbitrary<Buffer | null> = fc.option(fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)));
/** Names are text in Kafka: a lone surrogate has no bytes, and librdkafka hands names out as C strings, which end at a NUL. */
const headerNames = text.map((name) => Buffer.from(name).toString().replaceAll('\0', ''));
export const headers: Arbitrary<[name: string, value: Buffer | null][]> = fc.array(fc.tuple(headerNames, headerValues), { maxLength: 4 });

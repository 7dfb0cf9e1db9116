import { expect, test } from 'vitest';
import type { UsageError } from '../../../src/errors.js';
import { toItemJson } from '../../../src/message/item-json.js';

function refusal(payload: unknown, index?: number): UsageError {
  try {
    toItemJson(payload, index);
  } catch (error) {
    return error as UsageError;
  }
  throw new Error('nothing was refused');
}

const cycle: Record<string, unknown> = { a: {} };
(cycle.a as Record<string, unknown>).b = [cycle];

class Point {
  x = 1;
  distance(): number {
    return this.x;
  }
}

test.each([
  ['undefined', undefined, 'messages[3].payload is undefined: JSON cannot carry it'],
  ['a function', () => 1, 'messages[3].payload is a function'],
  ['a symbol', Symbol('s'), 'messages[3].payload is a symbol'],
  ['a BigInt', 5n, 'messages[3].payload is a BigInt'],
  ['a nested BigInt', { a: [0, 1, { b: 5n }] }, 'messages[3].payload.a[2].b is a BigInt'],
  ['a nested function', { a: [{ 'not a name': () => 1 }] }, 'messages[3].payload.a[0]["not a name"] is a function'],
  ['a function in a list', [1, () => 1], 'messages[3].payload[1] is a function'],
  ['a nested symbol', { s: Symbol('s') }, 'messages[3].payload.s is a symbol'],
  ['a cycle', cycle, 'messages[3].payload.a.b[0] refers back to an object that contains it'],
])('%s is refused by index and path', (_what, payload, message) => {
  const error = refusal(payload, 3);
  expect(error.code).toBe('USAGE_PAYLOAD');
  expect(error.message).toContain(message);
});

test('without an index the path begins at the payload', () => {
  expect(refusal({ a: 5n }).message).toMatch(/^payload\.a is a BigInt/);
});

test.each([
  ['undefined properties vanish', { a: undefined, b: 1 }, '{"b":1}'],
  ['undefined in a list is null', [undefined], '[null]'],
  ['NaN and Infinity are null', [Number.NaN, Number.POSITIVE_INFINITY], '[null,null]'],
  ['a Date is its toJSON', { at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
  ['an own toJSON is respected, functions behind it do not matter', { toJSON: () => 'me' }, '"me"'],
  ['methods of a class are not payload', new Point(), '{"x":1}'],
  ['an inherited enumerable function is not payload', Object.create({ f: () => 1 }, { a: { value: 1, enumerable: true } }), '{"a":1}'],
  ['null', null, 'null'],
  ['a lone surrogate is escaped', '\ud800', '"\\ud800"'],
])('%s', (_what, payload, json) => {
  expect(toItemJson(payload)).toBe(json);
});

test('a BigInt with a toJSON of the user is respected', () => {
  const prototype = BigInt.prototype as { toJSON?: () => string };
  prototype.toJSON = () => 'big';
  try {
    expect(toItemJson({ a: 1n })).toBe('{"a":"big"}');
  } finally {
    delete prototype.toJSON;
  }
});

test('what a toJSON or getter throws is the cause', () => {
  const cause = new Error('mine');
  const error = refusal({
    get a(): never {
      throw cause;
    },
  });
  expect(error.message).toContain('cannot be turned into JSON');
  expect(error.cause).toBe(cause);
});

function nest(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

test('999 levels are written, 1000 and 100,000 are refused without a crash', () => {
  expect(toItemJson(nest(999))).toHaveLength(1999);
  expect(refusal(nest(1000)).message).toContain('nested more than 999 levels deep');
  expect(refusal(nest(100_000)).message).toContain('nested more than 999 levels deep');
});

test('an object shared many times over is searched once', () => {
  let web: unknown = { f: () => 1 };
  for (let level = 0; level < 12; level++) web = { a: web, b: web };
  expect(refusal(web).message).toMatch(/is a function/);
});

test('the payload is not changed', () => {
  const payload = Object.freeze({ a: Object.freeze([1, Object.freeze({ b: 2 })]) });
  expect(toItemJson(payload)).toBe('{"a":[1,{"b":2}]}');
});

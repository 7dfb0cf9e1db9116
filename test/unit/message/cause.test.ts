/** What user code threw is told in words, whatever it is: the telling never throws, or it would hide what was thrown. */
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { describeCause, stackOf, wordsOf } from '../../../src/message/cause.js';

const throwing = (key: string): Error =>
  Object.defineProperty(new Error('x'), key, {
    get: () => {
      throw new TypeError(`no ${key}`);
    },
  });
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable(new Error('x'), {});
  revoke();
  return proxy;
}

// Functions, because the test runner would look at what they make.
test.for<[make: () => unknown, told: string]>([
  [() => new RangeError('too far'), 'RangeError: too far'],
  [() => runInNewContext('new TypeError("elsewhere")'), 'TypeError: elsewhere'],
  [() => Object.assign(new Error('x'), { name: Symbol('y') }), 'Symbol(y): x'],
  [() => Object.assign(new Error('x'), { name: Object.create(null) }), 'object'],
  [() => Object.assign(new Error('x'), { message: 5 }), 'object'],
  [() => throwing('name'), 'object'],
  [() => throwing('message'), 'object'],
  [() => revoked(), 'object'],
  [() => ({ secret: 1 }), 'object'],
  [() => null, 'object'],
  [() => undefined, 'undefined'],
  [() => 'a secret', 'string'],
])('case %#: $1', ([make, told]) => {
  expect(describeCause(make())).toBe(told);
});

test('a stack that throws, or is none, is left out', () => {
  expect(stackOf(new Error('x'))).toContain('Error: x');
  expect(stackOf(throwing('stack'))).toBeUndefined();
  expect(stackOf(Object.assign(new Error('x'), { stack: 7 }))).toBeUndefined();
  expect(wordsOf(throwing('stack'))).toEqual({ name: 'Error', message: 'x' });
});

/** A few poisoned messages are parked; a world that is down parks nothing more. */
import { expect, test } from 'vitest';
import { CircuitBreaker } from '../../../src/handling/circuit-breaker.js';

test.for<[what: string, maxShare: number, done: number, failed: number, guilty: number, total: number, allows: boolean]>([
  ['the first message of all', 0.5, 0, 1, 1, 1, true],
  ['one of a batch', 0.5, 0, 1, 1, 500, true],
  ['all of a batch', 0.5, 0, 2, 2, 2, false],
  ['all but one of a batch', 0.5, 0, 2, 2, 3, true],
  ['the fiftieth of singles', 0.5, 0, 50, 1, 1, true],
  ['the fifty-first of singles', 0.5, 0, 51, 1, 1, false],
  ['a small share', 0.05, 0, 6, 1, 10, false],
  ['whatever fails, when told so', 1, 0, 200, 500, 500, true],
])('%s', ([, maxShare, done, failed, guilty, total, allows]) => {
  const breaker = new CircuitBreaker(maxShare);
  breaker.noteDone(done);
  breaker.noteFailed(failed);
  expect(breaker.allows(guilty, total)).toBe(allows);
});

test('it looks back on 100 messages: failures that are longer ago do not count', () => {
  const breaker = new CircuitBreaker(0.5);
  breaker.noteFailed(60);
  expect(breaker.isOpen).toBe(true);
  breaker.noteDone(49);
  expect(breaker.isOpen).toBe(true);
  breaker.noteDone(1);
  expect(breaker.isOpen).toBe(false);
  breaker.noteFailed(1_000_000);
  expect(breaker.isOpen).toBe(true);
  breaker.reset();
  expect(breaker.isOpen).toBe(false);
  breaker.noteFailed(50);
  expect(breaker.isOpen).toBe(false);
});

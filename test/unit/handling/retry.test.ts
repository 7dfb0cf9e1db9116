/** When to try again: a table of waits, and when it is of no use. */
import { expect, test } from 'vitest';
import { backoffMs, createRetryPolicy, NO_RETRY } from '../../../src/handling/retry.js';
import { DEFAULT_RETRY } from '../../../src/settings/failure-options.js';

const options = { ...DEFAULT_RETRY, attempts: 5, initialDelayMs: 100, maxDelayMs: 1_000, factor: 3, jitter: 0 };

test.for([
  [1, 100],
  [2, 300],
  [3, 900],
  [4, 1_000],
  [5, undefined],
  [6, undefined],
] as const)('after call %i the wait is %s', ([attempt, delayMs]) => {
  const policy = createRetryPolicy(options);
  expect(policy.nextDelay(attempt, new Error('x'))).toBe(delayMs);
  // Asking does not move anything on.
  expect(policy.nextDelay(attempt, new Error('x'))).toBe(delayMs);
});

test.for([
  [0, 1_000],
  [0.5, 750],
  [1, 500],
] as const)('jitter 0.5 and a draw of %d: %i of 1000', ([draw, expected]) => {
  expect(backoffMs({ ...options, jitter: 0.5 }, 9, () => draw)).toBe(expected);
});

test('a number of failures beyond any double still waits maxDelayMs', () => {
  expect(backoffMs(options, 1_000_000)).toBe(1_000);
});

test('shouldRetry is asked with what was thrown, and its no ends it', () => {
  const asked: unknown[] = [];
  const policy = createRetryPolicy({
    ...options,
    shouldRetry: (error) => {
      asked.push(error);
      return error !== 'hopeless';
    },
  });
  expect(policy.nextDelay(1, 'hopeless')).toBeUndefined();
  expect(policy.nextDelay(1, 'passing')).toBe(100);
  expect(asked).toEqual(['hopeless', 'passing']);
});

test('without retry there is one call', () => {
  expect(NO_RETRY.nextDelay(1, undefined)).toBeUndefined();
});

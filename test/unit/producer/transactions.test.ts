import { expect, test } from 'vitest';
import { toKafkaException } from '../../../src/engine/faults.js';
import type { NativeFault } from '../../../src/engine/native.js';
import { takeStep, transactionFate } from '../../../src/producer/transactions.js';
import { fault } from '../engine/fakes.js';

const exception = (code: number, name: string, own: Partial<NativeFault> = {}) =>
  toKafkaException(fault(code, name, own), { what: 'Test' });

test.for([
  ['timed out', exception(-185, '_TIMED_OUT', { retriable: true }), 'again'],
  ['the coordinator moves', exception(16, 'NOT_COORDINATOR'), 'again'],
  ['the broker asks for an abort', exception(120, 'TRANSACTION_ABORTABLE'), 'abort'],
  ['librdkafka asks for an abort', exception(-192, '_MSG_TIMED_OUT', { abortable: true }), 'abort'],
  ['fatal wins over everything', exception(-150, '_FATAL', { fatal: true, abortable: true, retriable: true }), 'discard'],
  ['fenced by another producer', exception(90, 'PRODUCER_FENCED'), 'discard'],
  ['wrong state', exception(-172, '_STATE'), 'discard'],
  ['a number that nobody knows', exception(999, 'UNKNOWN(999)'), 'discard'],
] as const)('%s', ([, error, fate]) => {
  expect(transactionFate(error)).toBe(fate);
});

const TRIES = { tryMs: 5, withinMs: 10_000 } as const;

test('a step without an answer is taken again, the same step, until it has one', async () => {
  const asked: unknown[] = [];
  await takeStep(
    'commit',
    async (step, timeoutMs) => {
      asked.push([step, timeoutMs]);
      if (asked.length < 3) throw exception(-185, '_TIMED_OUT', { retriable: true });
    },
    TRIES,
  );
  expect(asked).toEqual([
    ['commit', 5],
    ['commit', 5],
    ['commit', 5],
  ]);
});

test('it ends with the first answer that says something else, and when its time is over', async () => {
  for (const error of [exception(120, 'TRANSACTION_ABORTABLE'), exception(90, 'PRODUCER_FENCED'), new Error('ours')]) {
    let asked = 0;
    const taken = takeStep(
      'commit',
      async () => {
        asked++;
        throw error;
      },
      TRIES,
    );
    await expect(taken).rejects.toBe(error);
    expect(asked).toBe(1);
  }
  const late = exception(-185, '_TIMED_OUT', { retriable: true });
  await expect(takeStep('init', () => Promise.reject(late), { tryMs: 5, withinMs: 0 })).rejects.toBe(late);
});

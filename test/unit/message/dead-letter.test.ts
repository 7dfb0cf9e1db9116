import { expect, test } from 'vitest';
import {
  type DeadLetterFacts,
  readDeadLetterHeaders,
  toDeadLetterHeaders,
  withoutDeadLetterHeaders,
} from '../../../src/message/dead-letter.js';
import type { Headers } from '../../../src/message/message.js';

const FACTS: DeadLetterFacts = {
  from: { topic: 'quakes', partition: 3, offset: 4711 },
  timestampMs: 1_700_000_000_000,
  groupId: 'ranker',
  svc: 'ranker',
  attempts: 3,
  error: { name: 'TypeError', message: 'magnitude is “wide”', stack: 'TypeError: …\n    at rank' },
  firstFailure: '2026-11-27T10:00:00.000Z',
  lastFailure: '2026-11-27T10:00:07.000Z',
};

test('what is written is what is read', () => {
  expect(readDeadLetterHeaders(toDeadLetterHeaders(FACTS))).toEqual(FACTS);
});

test('a record that was parked twice says where it was parked last', () => {
  const again = { ...FACTS, from: { topic: 'quakes.dlq', partition: 0, offset: 1 } };
  expect(readDeadLetterHeaders([...toDeadLetterHeaders(FACTS), ...toDeadLetterHeaders(again)])?.from).toEqual(again.from);
});

test('headers without a position are no dead letter, whatever else they claim', () => {
  expect(readDeadLetterHeaders([])).toBeUndefined();
  for (const [name, value] of [
    ['dlq.offset', '12x'],
    ['dlq.partition', '-1'],
    ['dlq.offset', '99999999999999999999'],
    ['dlq.topic', ''],
  ] as const) {
    const headers: Headers = [...toDeadLetterHeaders(FACTS), [name, Buffer.from(value)]];
    expect(readDeadLetterHeaders(headers)).toBeUndefined();
  }
});

test('the own headers come back as they were, repeated and null ones too', () => {
  const own: Headers = [
    ['trace', Buffer.from('1')],
    ['trace', null],
  ];
  expect(withoutDeadLetterHeaders([...own, ...toDeadLetterHeaders(FACTS)])).toEqual(own);
});

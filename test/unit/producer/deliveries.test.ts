/** The engine's columns as deliveries: one per record, in order. */
import { expect, test } from 'vitest';
import { settle } from '../../../src/producer/deliveries.js';

test('one delivery a record, in order; offset -1 where the place was not told', () => {
  const answer = {
    kind: 'delivered',
    request: 1,
    partitions: Int32Array.of(2, 2),
    offsets: Float64Array.of(-1, 7),
    failures: [],
  } as const;
  const { deliveries, failed } = settle(answer, ['a', 'b'], () => 't', { lastError: undefined, refusal: undefined });
  expect(deliveries).toEqual([
    { topic: 't', partition: 2, offset: -1 },
    { topic: 't', partition: 2, offset: 7 },
  ]);
  expect(failed).toEqual([]);
});

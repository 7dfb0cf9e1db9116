/** An output of several messages carries each of them once. */
import { expect, test } from 'vitest';
import { derive } from '../../../src/message/derive.js';

const ref = (topic: string, offset: number, key = 'k') => ({ topic, partition: 0, offset, key, hist: null });

test('refs of all parents in order, each position once, the first wins', () => {
  const [a, b, c] = [ref('t', 1, 'first'), ref('t', 2), ref('u', 1)];
  const made = derive([{ refs: [a] }, { refs: [b, c] }, { refs: [ref('t', 1, 'again')] }], 'id', { n: 1 });
  expect(made).toEqual({ id: 'id', payload: { n: 1 }, refs: [a, b, c] });
  expect(made.refs[0]).toBe(a);
});

test('no parents, no refs', () => {
  expect(derive([], null, 0)).toEqual({ id: null, payload: 0, refs: [] });
});

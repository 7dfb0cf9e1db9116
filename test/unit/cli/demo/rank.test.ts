import { expect, test } from 'vitest';
import { rank } from '../../../../src/cli/demo/rank.js';

test.each([
  [8.2, 'great'],
  [7, 'major'],
  [6.4, 'strong'],
  [5, 'moderate'],
  [4.9, 'light'],
  [3.99, 'minor'],
  [-0.5, 'minor'],
])('magnitude %d is %s', (mag, severity) => {
  expect(rank({ properties: { mag, title: 'somewhere' } })).toEqual({ severity, magnitude: mag, title: 'somewhere' });
});

test.each([[null], [5], ['text'], [[]], [{}], [{ properties: null }], [{ properties: { mag: '7', title: 9 } }]])(
  '%j is no quake and is ranked all the same',
  (event) => {
    expect(rank(event as never)).toEqual({ severity: 'unknown', magnitude: null, title: null });
  },
);

test('a title is cut, so that an alert stays small', () => {
  expect(rank({ properties: { title: 'x'.repeat(10_000) } }).title).toHaveLength(200);
});

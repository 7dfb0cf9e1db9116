import { expect, test } from 'vitest';
import { Latencies } from '../../../../src/cli/demo/latencies.js';

test('quantiles are the nearest ranks', () => {
  const latencies = new Latencies();
  for (let ms = 100; ms >= 1; ms--) latencies.add(ms);
  expect([0, 0.5, 0.95, 0.99, 1].map((share) => latencies.quantile(share))).toEqual([1, 50, 95, 99, 100]);
  expect(latencies.count).toBe(100);
});

test('a single latency is every quantile, none has none, and a clock that runs behind is shown as it is', () => {
  const one = new Latencies();
  one.add(-3.4);
  expect([0, 0.5, 1].map((share) => one.quantile(share))).toEqual([-3, -3, -3]);
  expect(new Latencies().quantile(0.5)).toBeNull();
});

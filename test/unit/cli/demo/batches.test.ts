import { expect, test } from 'vitest';
import { costOf, paced, toBatches } from '../../../../src/cli/demo/batches.js';
import type { Entry } from '../../../../src/cli/demo/entries.js';

const entries = (count: number, bytes = 100): Entry[] => Array.from({ length: count }, (_, i) => ({ id: `${i}`, payload: i, bytes }));

async function* pieces(...all: readonly Entry[][]): AsyncGenerator<readonly Entry[]> {
  yield* all;
}

async function sizesOf(batches: AsyncIterable<readonly Entry[]>): Promise<number[]> {
  const sizes: number[] = [];
  for await (const batch of batches) sizes.push(batch.length);
  return sizes;
}

test('batches are filled across pieces, up to 500, and the rest is not forgotten', async () => {
  expect(await sizesOf(toBatches(pieces(entries(300), [], entries(300), entries(650))))).toEqual([500, 500, 250]);
  expect(await sizesOf(toBatches(pieces([])))).toEqual([]);
});

test('large entries make small batches, the largest one of its own', async () => {
  expect(await sizesOf(toBatches(pieces(entries(5, 240_000))))).toEqual([2, 2, 1]);
  expect(await sizesOf(toBatches(pieces(entries(2, 900_000))))).toEqual([1, 1]);
});

test('nothing goes before the others are ready, and each batch asks for its room', async () => {
  const asked: (string | number)[] = [];
  const ledger = { room: async (cost: number) => void asked.push(cost) };
  const ready = async (): Promise<void> => void asked.push('ready');
  const batch = entries(3);
  expect(await sizesOf(paced(pieces(batch, batch), ledger, ready))).toEqual([3, 3]);
  const cost = batch.reduce((sum, entry) => sum + costOf(entry), 0);
  expect(asked).toEqual(['ready', cost, cost]);
});

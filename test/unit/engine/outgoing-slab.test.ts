import { expect, test } from 'vitest';
import { readHeaders } from '../../../src/engine/header-section.js';
import { OUT_STRIDE } from '../../../src/engine/native.js';
import { OutgoingSlab } from '../../../src/engine/outgoing-slab.js';

function read(slab: OutgoingSlab, row: number) {
  const [topic, valueStart, valueLength, keyStart, keyLength, partition, timestampMs, headersStart, headersLength] = slab.rows.subarray(
    row * OUT_STRIDE,
  ) as unknown as [number, number, number, number, number, number, number, number, number];
  const bytes = (start: number, length: number) => (length < 0 ? null : slab.slab.toString('utf8', start, start + length));
  return {
    topic,
    value: bytes(valueStart, valueLength),
    key: bytes(keyStart, keyLength),
    partition,
    timestampMs,
    headers: readHeaders(slab.slab, headersStart, headersLength),
  };
}

test('texts, nulls, partition, timestamp and headers come back from slab and rows', () => {
  const slab = new OutgoingSlab();
  const headers = [
    ['h', Buffer.from([1, 2])],
    ['n', null],
  ] as const;
  slab.add(0, 'Zoë', '{"a":"日本 😀"}', undefined);
  slab.add(1, null, null, { partition: 3, timestampMs: 1_700_000_000_000, headers });
  slab.add(0, '', Buffer.from('raw'), { headers: [] });
  expect(slab.count).toBe(3);
  expect(slab.rows.length).toBe(3 * OUT_STRIDE);
  expect(read(slab, 0)).toEqual({ topic: 0, value: '{"a":"日本 😀"}', key: 'Zoë', partition: -1, timestampMs: -1, headers: [] });
  expect(read(slab, 1)).toEqual({ topic: 1, value: null, key: null, partition: 3, timestampMs: 1_700_000_000_000, headers });
  expect(read(slab, 2)).toEqual({ topic: 0, value: 'raw', key: '', partition: -1, timestampMs: -1, headers: [] });
});

test('a batch larger than the first slab grows it and loses nothing', () => {
  const slab = new OutgoingSlab();
  const value = (index: number): string => `${index}:${'é'.repeat(1_000)}`;
  for (let index = 0; index < 500; index++) slab.add(0, `k${index}`, value(index), undefined);
  for (const index of [0, 63, 64, 499]) {
    expect(read(slab, index)).toMatchObject({ key: `k${index}`, value: value(index) });
  }
});

test('clear starts over in the same memory, and gives back what one huge batch took', () => {
  const slab = new OutgoingSlab();
  slab.add(0, 'a', 'b', undefined);
  const memory = slab.slab;
  slab.clear();
  expect([slab.count, slab.used, slab.rows.length, slab.slab]).toEqual([0, 0, 0, memory]);
  slab.add(0, null, Buffer.alloc(9 * 1024 * 1024), undefined);
  slab.clear();
  expect(slab.slab.length).toBeLessThan(1024 * 1024);
  slab.add(0, 'again', 'works', undefined);
  expect(read(slab, 0)).toMatchObject({ key: 'again', value: 'works' });
});

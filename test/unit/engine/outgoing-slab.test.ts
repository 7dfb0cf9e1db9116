import { expect, test } from 'vitest';
import { OUT_STRIDE } from '../../../src/engine/native.js';
import { OutgoingSlab } from '../../../src/engine/outgoing-slab.js';
import { readOutgoingRow } from './outgoing-row.js';

function read(slab: OutgoingSlab, row: number) {
  return readOutgoingRow(slab.slab, slab.rows.subarray(row * OUT_STRIDE));
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

test('a text with something around it is one value, whatever its letters', () => {
  const slab = new OutgoingSlab();
  const head = slab.share('{"item":');
  const tail = slab.share(',"svc":"日本"}');
  const texts = ['"plain"', '"Zoë"', '"日本 😀"', `"${'é'.repeat(100_000)}"`];
  for (const text of texts) slab.addAround(0, 'k', text, { head, tail }, undefined);
  for (const own of [',"own":1}', ',"own":"ü"}', ',"own":"語"}']) slab.addAround(0, null, '"é"', { head, tail: own }, { partition: 1 });
  texts.forEach((text, row) => {
    expect(read(slab, row)).toMatchObject({ key: 'k', value: `{"item":${text},"svc":"日本"}` });
  });
  expect(read(slab, 4)).toMatchObject({ key: null, value: '{"item":"é","own":1}', partition: 1 });
  expect(read(slab, 5)).toMatchObject({ value: '{"item":"é","own":"ü"}' });
  expect(read(slab, 6)).toMatchObject({ value: '{"item":"é","own":"語"}' });
});

test('a value alone has nothing of an earlier batch around it', () => {
  const slab = new OutgoingSlab();
  slab.addAround(0, null, '"é"', { head: slab.share('<'), tail: 'é>' }, undefined);
  slab.clear();
  slab.add(0, null, 'alone: é', undefined);
  expect(read(slab, 0)).toMatchObject({ value: 'alone: é' });
});

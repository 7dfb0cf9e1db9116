import { expect, test } from 'vitest';
import { BatchView } from '../../../src/engine/batch-view.js';
import { maxHeaderBytes, writeHeaders } from '../../../src/engine/header-section.js';
import { FAULT } from '../../../src/engine/native.js';
import { NO_HEADERS } from '../../../src/message/consumed-message.js';
import { fakeBatch } from './fakes.js';

const ITEM = { ascii: '{"a":1}', latin1: '{"a":"Café"}', wide: '{"a":"日本 😀"}' };
const HIST = '{"svc":"Zoë","dt":"2026-01-01T00:00:00Z","refs":[]}';

for (const [kind, item] of Object.entries(ITEM)) {
  test(`item, history and original bytes of ${kind} text come back exactly`, () => {
    const view = new BatchView(fakeBatch([{ item, hist: HIST, histDepth: 2 }]));
    expect(view.itemText(0)).toBe(item);
    expect(view.historyText(0)).toBe(HIST);
    expect(view.historyDepth(0)).toBe(2);
    expect(view.rawValue(0)).toEqual(Buffer.from(`{"item":${item},"hist":${HIST}}`));
  });
}

test('the columns of a row are read from that row and not from its neighbour', () => {
  const view = new BatchView(
    fakeBatch([
      { topicId: 1, partition: 2, offset: 3, timestampMs: 4, epoch: 5, leaderEpoch: 6 },
      { topicId: 11, partition: 12, offset: 2 ** 52 + 1, timestampMs: 14, epoch: 15, leaderEpoch: 16, fault: FAULT.notJson, faultAt: 17 },
    ]),
  );
  const read = (row: number): number[] => [
    view.topicId(row),
    view.partition(row),
    view.offset(row),
    view.timestampMs(row),
    view.epoch(row),
    view.leaderEpoch(row),
    view.fault(row),
    view.faultAt(row),
  ];
  expect(view.count).toBe(2);
  expect(read(0)).toEqual([1, 2, 3, 4, 5, 6, 0, 0]);
  expect(read(1)).toEqual([11, 12, 2 ** 52 + 1, 14, 15, 16, FAULT.notJson, 17]);
});

test('a tombstone has no value, and a missing history is null', () => {
  const view = new BatchView(fakeBatch([{ tombstone: true }, { item: '1' }, { item: '1', hist: null }]));
  expect(view.isTombstone(0)).toBe(true);
  expect(view.rawValue(0)).toBeNull();
  expect(view.isTombstone(1)).toBe(false);
  expect(view.historyText(1)).toBeNull();
  expect(view.historyText(2)).toBeNull();
});

test('keys come back as text and as bytes: ascii, latin-1, wide, empty and null', () => {
  const keys = ['id-1', 'Zoë', '日本', '', null];
  const view = new BatchView(fakeBatch(keys.map((key) => ({ key }))));
  keys.forEach((key, row) => {
    expect(view.key(row)).toBe(key);
    expect(view.rawKey(row)).toEqual(key === null ? null : Buffer.from(key));
  });
});

test('a key that is not UTF-8 gives the id null and its raw bytes', () => {
  const key = Buffer.from([0xff, 0x00, 0x80]);
  const view = new BatchView(fakeBatch([{ key, keyInvalid: true }]));
  expect(view.key(0)).toBeNull();
  expect(view.rawKey(0)).toEqual(key);
});

test('raw bytes are copies: changing them does not change the batch', () => {
  const view = new BatchView(fakeBatch([{ item: '"日"', key: '日' }]));
  view.rawKey(0)?.fill(0);
  view.rawValue(0)?.fill(0);
  expect(view.key(0)).toBe('日');
  expect(view.itemText(0)).toBe('"日"');
});

test('headers keep order, repeated names, null values and empty values', () => {
  const headers = [
    ['trace', Buffer.from('a')],
    ['trace', Buffer.from([0xff, 0])],
    ['naïve', null],
    ['', Buffer.alloc(0)],
  ] as const;
  const section = Buffer.alloc(maxHeaderBytes(headers));
  const view = new BatchView(fakeBatch([{}, { headers: section.subarray(0, writeHeaders(section, 0, headers)) }]));
  expect(view.headers(0)).toBe(NO_HEADERS);
  expect(view.headers(1)).toEqual(headers);
});

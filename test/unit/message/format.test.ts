import { expect, test } from 'vitest';
import { formatBatchRef, formatKafkaRef, formatPosition } from '../../../src/message/format.js';

test('a ref is topic, partition, offset and key', () => {
  expect(formatKafkaRef({ topic: 'events', partition: 0, offset: 42, key: 'id-1' })).toBe('events:0:42:id-1');
  expect(formatKafkaRef({ topic: 'events', partition: 0, offset: 42, key: null })).toBe('events:0:42:null');
  expect(formatPosition({ topic: 'events', partition: 0, offset: 42 })).toBe('events:0:42');
});

test('a batch of several topics lists each', () => {
  expect(formatBatchRef({ a: { 0: [1, 2], 3: [4, 4] }, b: { 1: [0, 0] } })).toBe('a[0=1:3,3=4:5],b[1=0:1]');
  expect(formatBatchRef({})).toBe('');
});

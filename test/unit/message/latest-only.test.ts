import { expect, test } from 'vitest';
import { findLatest } from '../../../src/message/latest-only.js';

const at = (id: string | null, partition = 0, topic = 't'): { topic: string; partition: number; id: string | null } => ({
  topic,
  partition,
  id,
});

test('equal ids of other partitions and topics are other messages', () => {
  expect(findLatest([at('a', 0), at('a', 1), at('a', 0, 'u'), at('a', 0)])).toEqual([1, 2, 3]);
});

test('a null id is never superseded and supersedes nothing', () => {
  expect(findLatest([at(null), at('null'), at(null), at('null')])).toEqual([0, 2, 3]);
});

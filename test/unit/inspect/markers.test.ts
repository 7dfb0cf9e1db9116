import { expect, test } from 'vitest';
import { type Marker, Markers, toMarkerRecord } from '../../../src/inspect/markers.js';

const MARKER: Marker = {
  position: { topic: 'quakes.dlq', partition: 2, offset: 40 },
  topicId: 'abc',
  to: 'quakes',
  from: { topic: 'quakes', partition: 1, offset: 7 },
  at: '2026-11-27T10:00:00.000Z',
};
const bytes = (marker: Marker) => {
  const { key, value } = toMarkerRecord(marker);
  return { key: Buffer.from(key as string), value: Buffer.from(value as string) };
};

test('a marker names the position it is for, and says where it went and when', () => {
  expect(toMarkerRecord(MARKER)).toEqual({
    topic: 'quakes.dlq.redriven',
    key: 'quakes.dlq:2:40',
    value: '{"topicId":"abc","to":"quakes","from":"quakes:1:7","at":"2026-11-27T10:00:00.000Z"}',
  });
  expect(toMarkerRecord({ ...MARKER, from: null }).value).toContain('"from":null');
});

test('only markers of this very topic count', () => {
  const markers = new Markers();
  const add = (record: { key: Buffer | null; value: Buffer | null }) => markers.add(record, 'quakes.dlq', 'abc');
  add(bytes(MARKER));
  add(bytes(MARKER));
  add(bytes({ ...MARKER, position: { ...MARKER.position, offset: 41 }, topicId: 'of the topic before' }));
  add(bytes({ ...MARKER, position: { ...MARKER.position, topic: 'other.dlq', offset: 42 } }));
  const key = Buffer.from('quakes.dlq:2:43');
  for (const value of [null, Buffer.from('null'), Buffer.from('{'), Buffer.from('[]'), Buffer.from('{}')]) add({ key, value });
  for (const name of ['quakes.dlq:2', 'quakes.dlq:2:-1', 'quakes.dlq:2:44 ', '']) add({ ...bytes(MARKER), key: Buffer.from(name) });
  add({ ...bytes(MARKER), key: null });
  expect(markers.size).toBe(1);
  expect(markers.has({ topic: 'quakes.dlq', partition: 2, offset: 40 })).toBe(true);
  expect(markers.has({ topic: 'quakes.dlq', partition: 1, offset: 40 })).toBe(false);
  expect(markers.has({ topic: 'quakes.dlq', partition: 2, offset: 41 })).toBe(false);
});

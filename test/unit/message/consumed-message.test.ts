import { inspect } from 'node:util';
import { expect, expectTypeOf, test } from 'vitest';
import { ConsumedMessage, NO_HEADERS, RawBytes } from '../../../src/message/consumed-message.js';
import { LazyRef } from '../../../src/message/lazy-ref.js';
import { type Headers, Message, type OutgoingMessage } from '../../../src/message/message.js';

const history = JSON.stringify({ svc: 'in', dt: '2026-11-23T02:58:37Z', refs: [] });
const source = {
  historyText: () => history,
  historyDepth: () => 2,
  rawKey: () => Buffer.from('id-1'),
  rawValue: () => Buffer.from('private bytes'),
};

function consumed(headers: Headers = NO_HEADERS): ConsumedMessage<{ a: number }, 'quakes'> {
  const ref = new LazyRef('quakes', 3, 42, 'id-1', source, 0);
  return new ConsumedMessage({ a: 1 }, ref, 1_700_000_000_000, headers, new RawBytes(source, 0));
}

test('its fields are its own, so a spread copy is a sound output with its refs', () => {
  const message = consumed();
  const names = ['id', 'payload', 'refs', 'topic', 'partition', 'offset', 'timestampMs', 'headers', 'raw'];
  expect(Object.keys(message)).toEqual(names);
  const copy: OutgoingMessage = { ...message, id: 'new' };
  expect(copy.refs).toBe(message.refs);
  expect(copy.refs?.[0]?.hist?.svc).toBe('in');
});

test('its one ref is itself', () => {
  const message = consumed();
  expect(message.refs).toHaveLength(1);
  expect(message.refs[0]).toMatchObject({ topic: 'quakes', partition: 3, offset: 42, key: 'id-1' });
});

test('raw bytes come when asked for', () => {
  const { raw } = consumed();
  expect(raw.key).toEqual(Buffer.from('id-1'));
  expect(raw.value).toEqual(Buffer.from('private bytes'));
  expect(Object.keys(raw)).toEqual([]);
});

test('header() gives the last value of a repeated name, and undefined for null and for none', () => {
  const headers: Headers = [
    ['a', Buffer.from('first')],
    ['a', Buffer.from('sécond')],
    ['b', null],
  ];
  const message = consumed(headers);
  expect(message.header('a')).toBe('sécond');
  expect(message.header('b')).toBeUndefined();
  expect(message.header('c')).toBeUndefined();
  expect(consumed().header('a')).toBeUndefined();
});

test('derive carries the message as its ref, and `to` only when given', () => {
  const message = consumed();
  const plain = message.derive('x', { rank: 5 });
  expect(plain).toEqual({ id: 'x', payload: { rank: 5 }, refs: message.refs });
  expect('to' in plain).toBe(false);
  const routed = message.derive(null, 7, 'alerts');
  expect(routed).toMatchObject({ id: null, payload: 7, to: 'alerts' });
  expectTypeOf(routed.to).toEqualTypeOf<'alerts'>();
});

test('JSON and print omit raw bytes and nested history', () => {
  const message = consumed([['trace', Buffer.from('abc')]]);
  const json = JSON.stringify(message);
  expect(JSON.parse(json)).toEqual({
    id: 'id-1',
    payload: { a: 1 },
    refs: [{ topic: 'quakes', partition: 3, offset: 42, key: 'id-1' }],
    topic: 'quakes',
    partition: 3,
    offset: 42,
    timestampMs: 1_700_000_000_000,
    headers: [['trace', 'abc']],
  });
  const printed = inspect(message, { depth: 9 });
  expect(printed).toContain("topic: 'quakes'");
  expect(printed).not.toMatch(/private|hist/);
});

test('a Message has refs only when they are given', () => {
  expect({ ...new Message('a', 1) }).toEqual({ id: 'a', payload: 1 });
  expect('refs' in new Message('a', 1)).toBe(false);
  expect(new Message('a', 1, []).refs).toEqual([]);
});

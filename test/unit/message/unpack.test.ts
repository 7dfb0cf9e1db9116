import { expect, test } from 'vitest';
import type { PayloadError } from '../../../src/errors.js';
import { unpackKafkaPayload } from '../../../src/message/unpack.js';

const at = { topic: 't', partition: 1, offset: 2, key: 'k' };

function faultOf(value: Buffer | string): PayloadError {
  try {
    unpackKafkaPayload({ ...at, value });
  } catch (error) {
    return error as PayloadError;
  }
  throw new Error('nothing was refused');
}

test('a null value is a tombstone', () => {
  expect(unpackKafkaPayload({ ...at, value: null })).toBeNull();
});

test('a null key stays null, and one that is not UTF-8 becomes null', () => {
  expect(unpackKafkaPayload({ ...at, key: null, value: '{"item":1}' })?.ref.key).toBeNull();
  expect(unpackKafkaPayload({ ...at, key: Buffer.from([0xff]), value: '{"item":1}' })?.ref.key).toBeNull();
});

test('the byte of a fault counts UTF-8, not characters', () => {
  expect(faultOf('{"item":"é🎟",}')).toMatchObject({ code: 'PAYLOAD_NOT_JSON', byte: 17 });
  expect(faultOf(Buffer.from('{"item":"é🎟",}')).message).toBe('Value is not JSON: unexpected "}" at byte 17 (record t:1:2)');
});

test('NaN, which Python may write, is named by its byte', () => {
  expect(faultOf('{"item": NaN}')).toMatchObject({ code: 'PAYLOAD_NOT_JSON', byte: 9 });
});

test('a value that is not UTF-8 is named by its byte', () => {
  expect(faultOf(Buffer.from([0x7b, 0x22, 0xff]))).toMatchObject({
    code: 'PAYLOAD_NOT_UTF8',
    byte: 2,
    position: { topic: 't', partition: 1, offset: 2 },
  });
});

test.each([['1'], ['"x"'], ['null'], ['[]']])('%s is JSON but no envelope', (value) => {
  expect(faultOf(value)).toMatchObject({ code: 'PAYLOAD_NOT_AN_ENVELOPE', byte: 0 });
});

test('the error quotes nothing of the value, nor does its cause', () => {
  const error = faultOf('{"item": "password123" oops}');
  expect(error.message).not.toContain('password123');
  expect(error.cause).toBeUndefined();
});

test('10,000 levels are refused at the bracket that is too deep, not a crash', () => {
  const value = `{"item":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
  expect(faultOf(value)).toMatchObject({ code: 'PAYLOAD_TOO_DEEP', byte: 8 + 999 });
});

test('1000 levels are read', () => {
  expect(unpackKafkaPayload({ ...at, value: `{"item":${'['.repeat(999)}${']'.repeat(999)}}` })).not.toBeNull();
});

test('hist that is no object is none, and refs may be missing', () => {
  expect(unpackKafkaPayload({ ...at, value: '{"item":1,"hist":5}' })?.ref.hist).toBeNull();
  expect(unpackKafkaPayload({ ...at, value: '{"item":1,"hist":{"svc":"s","dt":"d"}}' })?.ref.hist).toEqual({ svc: 's', dt: 'd' });
});

test('a single ref deep in a history makes Python forget all of it', () => {
  const hist = { svc: 'a', dt: 'd', refs: [{ hist: { svc: 'b', dt: 'd', refs: { hist: null } } }] };
  expect(unpackKafkaPayload({ ...at, value: JSON.stringify({ item: 1, hist }) })?.ref.hist).toBeNull();
});

test('unknown fields of a history are kept', () => {
  const hist = { svc: 'a', dt: 'd', refs: [], received: 'r', mine: { x: 1 } };
  expect(unpackKafkaPayload({ ...at, value: JSON.stringify({ item: 1, hist }) })?.ref.hist).toEqual(hist);
});

test('a __proto__ key in an item pollutes nothing', () => {
  const unpacked = unpackKafkaPayload({ ...at, value: '{"item":{"__proto__":{"polluted":true}},"__proto__":{"item":2}}' });
  expect(Object.keys(unpacked?.item as object)).toEqual(['__proto__']);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

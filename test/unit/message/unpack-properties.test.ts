import { expect, test } from 'vitest';
import { isJsonFaultAt, judge } from '../../../scripts/fuzz/judge.mjs';
import type { PayloadError } from '../../../src/errors.js';
import { unpackKafkaPayload } from '../../../src/message/unpack.js';
import { holds, keys, values } from '../../support/properties.js';

const position = { topic: 't', partition: 3, offset: 5 };

test('any bytes are an item or a PayloadError with position and byte, as JSON.parse and the rules of the envelope say', () => {
  const seen = new Set<string>();
  holds([values, keys], (value, key) => {
    const expected = judge(value, 'envelope');
    seen.add(expected.kind);
    if (expected.kind === 'message') {
      const unpacked = unpackKafkaPayload({ ...position, key, value });
      expect(unpacked?.item).toEqual(expected.payload);
      return;
    }
    const error = errorOf(() => unpackKafkaPayload({ ...position, key, value }));
    expect(error).toMatchObject({ name: 'PayloadError', code: 'code' in expected ? expected.code : undefined, position });
    const byte = error.byte ?? -1;
    if (error.code === 'PAYLOAD_NOT_JSON') expect(isJsonFaultAt(value, byte), `${value} at ${byte}`).toBe(true);
    else if (error.code === 'PAYLOAD_NOT_UTF8') expect(byte).toBe('byte' in expected ? expected.byte : undefined);
    else expect(byte).toBeLessThan(value.length);
  });
  expect(seen).toEqual(new Set(['message', 'fault']));
});

test('no name in an item reaches a prototype', () => {
  const value = '{"item":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}},"hist":{"__proto__":{"polluted":1}}}';
  const unpacked = unpackKafkaPayload({ ...position, key: '__proto__', value });
  expect(Object.keys(unpacked?.item as object)).toEqual(['__proto__', 'constructor']);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

function errorOf(call: () => unknown): PayloadError {
  try {
    call();
  } catch (error) {
    return error as PayloadError;
  }
  throw new Error('nothing was thrown');
}

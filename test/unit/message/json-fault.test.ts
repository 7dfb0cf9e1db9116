import { expect, test } from 'vitest';
import { findDepthFault, findJsonFault, findUtf8Fault } from '../../../src/message/json-fault.js';

test.each([
  ['', 0],
  ['   ', 3],
  ['{"item": ', 9],
  ['{"item": }', 9],
  ['<html>', 0],
  ['{"a":1,}', 7],
  ['{"a" 1}', 5],
  ['{a:1}', 1],
  ['[1,]', 3],
  ['[1 2]', 3],
  ['[1}', 2],
  ['{"a":1]', 6],
  ['1 2', 2],
  ['"abc', 4],
  ['"a\nb"', 2],
  ['"a\\x"', 3],
  ['"a\\', 3],
  ['"\\u12G4"', 5],
  ['"\\u12', 5],
  ['NaN', 0],
  ['[Infinity]', 1],
  ['-', 1],
  ['[-x]', 2],
  ['01', 1],
  ['1.', 2],
  ['1.5.5', 3],
  ['[1.5e]', 5],
  ['[1e+]', 4],
  ['tru', 3],
  ['trux', 3],
  ['nul', 3],
  ['\ufeff{}', 0],
  ['{}x', 2],
])('%j stops being JSON at %i', (text, index) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(findJsonFault(text)).toBe(index);
});

test.each([
  ['{}'],
  ['[]'],
  [' [ ] '],
  ['{ "a" : [ 1 , -2.5e+3 , "x\\"\\u00e9\\n" , true , false , null , { } , [ [ ] ] ] , "" : { "b" : 0 } } '],
  ['"\u2028 é 🎟"'],
  ['-0'],
])('%j is JSON', (text) => {
  expect(() => JSON.parse(text)).not.toThrow();
  expect(findJsonFault(text)).toBe(-1);
});

test('depth and long strings cost no stack', () => {
  expect(findJsonFault('['.repeat(100_000))).toBe(100_000);
  expect(findJsonFault(`"${'\\n'.repeat(1_000_000)}`)).toBe(2_000_001);
});

test('the bracket that opens one level too many is found, brackets in strings do not count', () => {
  expect(findDepthFault('[[[]]]', 3)).toBe(-1);
  expect(findDepthFault('[[[]]]', 2)).toBe(2);
  expect(findDepthFault('["[[[\\"[[", {"a":[]}]', 3)).toBe(-1);
  expect(findDepthFault('[[],[],{"a":[[]]}]', 3)).toBe(13);
});

test.each([
  [[0x61, 0xff, 0x62], 1],
  [[0xc3], 0],
  [[0x61, 0xc3], 1],
  [[0xe2, 0x82], 0],
  [[0x61, 0x62, 0xf0, 0x9f, 0x8e], 2],
  [[0xf0, 0x9f, 0x8e, 0x9f, 0x80], 4],
  [[0xed, 0xa0, 0x80], 0],
  [[0xc0, 0x80], 0],
])('the bytes %j stop being UTF-8 at %i', (bytes, index) => {
  expect(findUtf8Fault(Buffer.from(bytes))).toBe(index);
});

test('sound UTF-8 has no fault', () => {
  expect(findUtf8Fault(Buffer.from('añ€🎟'.repeat(1000)))).toBe(-1);
  const broken = Buffer.concat([Buffer.from('añ€🎟'.repeat(1000)), Buffer.from([0x80]), Buffer.from('añ€🎟')]);
  expect(findUtf8Fault(broken)).toBe(10_000);
});

import { expect, test } from 'vitest';
import { toBytesJson, toBytesText, toHeadersJson } from '../../../../src/cli/dlq/bytes.js';

test('bytes that are text are text, others are Base64, and neither loses any', () => {
  expect(toBytesJson(Buffer.from('é\0'))).toEqual({ text: 'é\0' });
  expect(toBytesJson(Buffer.from([0xff, 0]))).toEqual({ base64: '/wA=' });
  expect(toBytesJson(Buffer.alloc(0))).toEqual({ text: '' });
  expect(toBytesJson(null)).toBeNull();
  expect(toHeadersJson([['a', null]])).toEqual([{ name: 'a', value: null }]);
});

test('for people they are one line without anything that steers the terminal', () => {
  expect(toBytesText(Buffer.from('a\x1b[31m'), 100)).toBe('a\\x1b[31m');
  expect(toBytesText(Buffer.from([0xff, 0]), 100)).toBe('(2 bytes) ff00');
  expect(toBytesText(null, 100)).toBe('(null)');
  expect(toBytesText(Buffer.alloc(500, 'x'), 10)).toHaveLength(10);
});

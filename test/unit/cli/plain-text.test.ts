import { expect, test } from 'vitest';
import { toPlainJson, toPlainText } from '../../../src/cli/plain-text.js';

test('ordinary text of any language stays as it is', () => {
  expect(toPlainText('Wānaka, Île, 花蓮, 🌋, "quoted" \\ back')).toBe('Wānaka, Île, 花蓮, 🌋, "quoted" \\ back');
});

test.each([
  ['colours', '\x1b[31mred', '\\x1b[31mred'],
  ['a window title', '\x1b]0;pwned\x07', '\\x1b]0;pwned\\x07'],
  ['the one-byte escape sequences', '\x9b31m', '\\x9b31m'],
  ['line ends', 'a\r\nb\u2028c', 'a\\x0d\\x0ab\\u2028c'],
  ['a reversed reading order', 'user\u202egpj.exe', 'user\\u202egpj.exe'],
  ['invisible characters', 'a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
  ['half a surrogate pair', 'a\ud83d', 'a\\ud83d'],
])('%s cannot reach the terminal', (_what, text, shown) => {
  expect(toPlainText(text)).toBe(shown);
});

test('long text is cut, other values become text', () => {
  expect(toPlainText('x'.repeat(500), 5)).toBe('xxxx…');
  expect(toPlainText(null)).toBe('null');
  expect(toPlainText(17)).toBe('17');
});

test('JSON on a terminal has escapes for what would steer it, and is the same value when it is parsed', () => {
  const value = { '\x9b31m': ['\x1b]0;x\x07', '\u202e', '\ud800', 'é漢😀'] };
  const json = toPlainJson(value);
  expect(json).toBe(String.raw`{"\u009b31m":["\u001b]0;x\u0007","\u202e","\ud800","é漢😀"]}`);
  expect(JSON.parse(json)).toEqual(value);
});

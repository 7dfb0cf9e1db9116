import { expect, test } from 'vitest';
import { maskUserInfo } from '../../../src/settings/mask.js';

test.each([
  ['host:9092', 'host:9092'],
  ['ssl://name:MARK@host:9092', 'ssl://***@host:9092'],
  ['name:MARK@host:9092', '***@host:9092'],
  ['https://name:MA/R@K@host/token', 'https://***@host/token'],
  ['MARK@host', '***@host'],
])('%s is shown as %s', (text, shown) => {
  expect(maskUserInfo(text)).toBe(shown);
});

/** What a rule alone would not keep: settings say unit, default and source; every event and every error code is met by some test. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONSUMER_EVENTS, PRODUCER_EVENTS } from '../../src/events.js';

/** Codes that nothing throws yet. */
const RESERVED: Readonly<Record<string, string>> = {};
/** These would be met by name alone: they list or build everything. */
const LISTS = ['test/meta/', 'test/unit/errors.test.ts', 'test/unit/events.test.ts'];

const sources = readdirSync('test', { recursive: true, withFileTypes: true })
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((file) => /\.(test\.ts|mjs)$/.test(file) && !file.includes('node_modules') && !LISTS.some((list) => file.startsWith(list)))
  .map((file) => readFileSync(file, 'utf8'));
/** Quoted somewhere in a test. Not proof that it happened there, but a name that no test knows is certainly untested. */
const isMet = (name: string): boolean => sources.some((text) => text.includes(`'${name}'`));

interface Setting {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
}

function settingsOf(file: string, name: string): readonly Setting[] {
  const text = readFileSync(file, 'utf8');
  const body = text.split(`export interface ${name}`)[1]?.split('\n}\n')[0] ?? '';
  const found = [...body.matchAll(/\/\*\*([\s\S]*?)\*\/\s*readonly (\w+)\??: ([^;]+);/g)];
  return found.map(([, doc = '', setting = '', type = '']) => ({ name: setting, type, doc }));
}

const SETTINGS = [
  ...settingsOf('src/settings/consumer-options.ts', 'ConsumerOptions'),
  ...settingsOf('src/settings/producer-options.ts', 'ProducerOptions'),
  ...['RetryOptions', 'DeadLetterOptions', 'ConcurrencyOptions'].flatMap((name) => settingsOf('src/settings/failure-options.ts', name)),
];
const without = (pattern: RegExp, among = SETTINGS): readonly string[] =>
  among.filter(({ doc }) => !pattern.test(doc)).map(({ name }) => name);

test('every setting has a doc with its default, or says that it is required', () => {
  expect(SETTINGS.length).toBeGreaterThan(25);
  expect(without(/default|required|override/i)).toEqual([]);
});

test('every setting names its librdkafka key, or says that it is ours', () => {
  expect(without(/librdkafka(:| keys)|\bours\b/i)).toEqual([]);
});

test('every number has a unit', () => {
  const numbers = SETTINGS.filter(({ type }) => /\bnumber\b/.test(type));
  expect(numbers.length).toBeGreaterThanOrEqual(8);
  expect(without(/milliseconds|messages|batches|bytes|records|calls|a ratio|a share/i, numbers)).toEqual([]);
});

test('every event is met by a test', () => {
  expect([...CONSUMER_EVENTS, ...PRODUCER_EVENTS].filter((name) => !isMet(name))).toEqual([]);
});

test('every error code is met by a test, but those reserved for later', () => {
  const text = readFileSync('src/errors.ts', 'utf8').split('/** Every code there is.')[0] ?? '';
  const codes = [...text.matchAll(/'([A-Z][A-Z_0-9]+)'/g)].map(([, code]) => code as string);
  expect(codes.length).toBeGreaterThan(15);
  expect(codes.filter((code) => !isMet(code) && !(code in RESERVED))).toEqual([]);
  const thrown = readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'errors.ts')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  expect(Object.keys(RESERVED).filter((code) => thrown.some((source) => source.includes(`'${code}'`)))).toEqual([]);
});

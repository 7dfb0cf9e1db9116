// Payloads of every kind of text arrive whole, and message.raw gives back the very bytes that were written, white space and all.
import { expect, test } from 'vitest';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { member, take, writeRaw } from '../support/consuming.js';

const TEXTS: Readonly<Record<string, unknown>> = {
  ascii: 'plain',
  latin1: 'Île, Ærø, ÿ\u0080\u00ad\u00ff',
  justBeyondLatin1: 'Ā',
  cjk: '地震 지진',
  emoji: '😀👩‍👩‍👧‍👦 𝒳',
  mixed: ['é', '地', { '😀': 'ÿ' }],
  escapes: 'quote " backslash \\ newline \n nul \u0000',
  separators: '\u2028\u2029\ufeff',
  numbers: [0, -1, 1.5e-7, 9007199254740991],
  literals: [true, false, null, '', {}, []],
};
/** As our producers, as Python's json.dumps, and as someone who likes white space. */
const STYLES: readonly ((item: unknown) => string)[] = [
  (item) => JSON.stringify({ item, hist: null }),
  (item) => toAscii(JSON.stringify({ item, hist: { svc: 'é', dt: '2026-01-01T00:00:00Z', refs: [] } })),
  (item) => ` \n${JSON.stringify({ other: '地', hist: null, item }, null, '\t')}\r\n `,
];

test.concurrent('item, raw value and svc of the history are exact', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const values = Object.values(TEXTS).flatMap((item) => STYLES.map((style) => ({ item, value: style(item) })));
  await writeRaw(broker, 't', values);
  const seen = await take(member(broker, { inputTopics: 't', batchSize: 7 }), values.length);
  expect(seen.map(({ payload }) => payload)).toEqual(values.map(({ item }) => item));
  expect(seen.map(({ raw }) => raw.value?.toString('hex'))).toEqual(values.map(({ value }) => Buffer.from(value).toString('hex')));
  expect(seen.filter((_, i) => i % 3 === 1).every(({ refs: [{ hist }] }) => hist?.svc === 'é')).toBe(true);
});

test.concurrent('a lone surrogate, which Python may write as an escape, is kept', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: '{"item": "\\ud83d", "hist": null}' }]);
  const [message] = await take(member(broker, { inputTopics: 't' }), 1);
  expect(message?.payload).toBe('\ud83d');
});

test.concurrent('a key named __proto__ is data and changes no prototype', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: '{"item": {"__proto__": {"polluted": true}}, "__proto__": {"polluted": true}}' }]);
  const [message] = await take<object>(member(broker, { inputTopics: 't' }), 1);
  expect(Object.keys(message?.payload ?? {})).toEqual(['__proto__']);
  expect(message?.payload).not.toHaveProperty('polluted', true);
  expect({}).not.toHaveProperty('polluted');
});

function toAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

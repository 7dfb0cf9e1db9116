// Headers, keys, payloads and histories are data: names like __proto__ change no prototype on the way in or out, and nothing in them is run.
import { expect, test } from 'vitest';
import { type ConsumedMessage, calcRefLatencies, derive, Producer, type Ref } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { member, take, writeRaw } from '../support/consuming.js';

const POISON = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}},"toString":3,"hasOwnProperty":null,"then":4}';
const EVIL_KEY = '\u001b]0;pwned\u0007__proto__\u202e';
const DT = '2026-01-02T03:04:05.678Z';
const HIST = `{"svc":"__proto__","dt":"${DT}","__proto__":{"polluted":5},"refs":[{"topic":"constructor","partition":0,"offset":1,"key":"__proto__","__proto__":{"polluted":6},"hist":null}]}`;

const parse = (text: string): unknown => JSON.parse(text);
const cleanObject = () => expect(({} as Record<string, unknown>).polluted).toBeUndefined();

async function exchange(): Promise<readonly ConsumedMessage[]> {
  await using broker = await EmbeddedBroker.start({ topics: { in: 1, out: 1 } });
  const headers = ['__proto__', 'constructor', EVIL_KEY, '__proto__'].map((name) => [name, Buffer.from('\u001b[2J')] as const);
  await writeRaw(broker, 'in', [{ key: EVIL_KEY, value: `{"__proto__":{"item":7},"item":${POISON},"hist":${HIST}}`, headers }]);
  const [first] = await take(member(broker, { inputTopics: 'in' }), 1);
  const message = first as ConsumedMessage;
  await using producer = new Producer({ svc: '__proto__', outputTopics: 'out', bootstrapServers: broker.bootstrapServers, logger: false });
  const copies = [
    message.derive('1', message.payload),
    derive([message], '2', { ...(message.payload as object) }),
    { ...message, id: '3' },
  ];
  await producer.produceBatch(copies);
  return [message, ...(await take(member(broker, { inputTopics: 'out', groupId: 'h' }), copies.length))];
}

test('names of prototypes are ordinary names, there and back', async () => {
  const [message, ...copies] = await exchange();
  cleanObject();
  expect(message?.id).toBe(EVIL_KEY);
  expect(message?.headers.map(([name]) => name)).toEqual(['__proto__', 'constructor', EVIL_KEY, '__proto__']);
  expect(message?.header('__proto__')?.toString()).toBe('\u001b[2J');
  expect(message?.header('hasOwnProperty')).toBeFalsy();
  for (const { payload } of [message as ConsumedMessage, ...copies]) {
    expect(Object.getPrototypeOf(payload)).toBe(Object.prototype);
    expect(Object.keys(payload as object)).toEqual(Object.keys(parse(POISON) as object));
    expect(JSON.stringify(payload)).toBe(POISON);
  }
  for (const copy of copies) {
    const [ref] = copy.refs as readonly [Ref];
    const origin = ref.hist?.refs?.[0];
    expect(ref.hist?.svc).toBe('__proto__');
    expect(origin && JSON.stringify(origin)).toContain('"__proto__"');
    expect(calcRefLatencies('constructor', ref).stages.map(({ svc }) => svc)).toContain('constructor');
  }
  cleanObject();
});

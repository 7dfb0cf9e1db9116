/** Letters on their way: the record as it was and the reason, cut where it is too large, and every failure told letter by letter. */
import { beforeEach, expect, test, vi } from 'vitest';
import { type DeadLetterError, HandlerError, PayloadError } from '../../../src/errors.js';
import { DeadLetters, type Letter } from '../../../src/handling/dead-letter.js';
import { readDeadLetterHeaders } from '../../../src/message/dead-letter.js';
import { fault } from '../engine/fakes.js';
import { FakeNativeProducer, failure } from '../producer/fake-engine.js';

vi.mock('../../../src/engine/load.js', () => ({ engine: () => ({ NativeProducer: FakeNativeProducer }) }));

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const deadLetter = { topicOf: (from: string) => `${from}.dlq`, create: false, maxShare: 0.5, config: [] };
const open = (): DeadLetters =>
  new DeadLetters({ name: 'consumer of group "g"', bootstrapServers: 'a:1', groupId: 'g', svc: 'ranker', deadLetter, logger: silent });

function letter(offset: number, cause: unknown, topic = 't'): Letter {
  return {
    from: { topic, partition: 1, offset },
    timestampMs: 12,
    key: Buffer.from('k'),
    value: null,
    headers: [['own', null]],
    attempts: 3,
    failure: { error: new HandlerError('HANDLER_THREW', 'x', { cause }), firstMs: 0, lastMs: 1_000 },
  };
}
const sent = (batch: number, index = 0) => FakeNativeProducer.last.batches[batch]?.records[index];
const facts = (batch: number, index = 0) => readDeadLetterHeaders(sent(batch, index)?.headers ?? []);
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  FakeNativeProducer.opened.length = 0;
});

test('the record as it was, its own headers first, then the facts; answers in the order of the letters', async () => {
  const published = open().publish([letter(5, new RangeError('far')), letter(6, 'text', 'u')]);
  FakeNativeProducer.last.deliver(0);
  expect(await published).toEqual([
    { topic: 't.dlq', partition: 0, offset: 100 },
    { topic: 'u.dlq', partition: 0, offset: 101 },
  ]);
  expect(sent(0)).toMatchObject({ topic: 't.dlq', key: 'k', value: null, partition: -1, timestampMs: -1 });
  expect(sent(0)?.headers[0]).toEqual(['own', null]);
  expect(facts(0)).toEqual({
    from: { topic: 't', partition: 1, offset: 5 },
    timestampMs: 12,
    groupId: 'g',
    svc: 'ranker',
    attempts: 3,
    error: { name: 'RangeError', message: 'far', stack: expect.stringContaining('RangeError: far') },
    firstFailure: '1970-01-01T00:00:00.000Z',
    lastFailure: '1970-01-01T00:00:01.000Z',
  });
  expect(facts(0, 1)?.error).toEqual({ name: 'string', message: 'text', stack: undefined });
});

test.for([
  [undefined, 'undefined', 'a thrown undefined'],
  [null, 'object', 'a thrown object'],
  [42, 'number', '42'],
  [Symbol('s'), 'symbol', 'a thrown symbol'],
  [{ secret: 1 }, 'object', 'a thrown object'],
] as const)('%s was thrown', async ([cause, name, message]) => {
  const published = open().publish([letter(0, cause)]);
  FakeNativeProducer.last.deliver(0);
  await published;
  expect(facts(0)?.error).toEqual({ name, message, stack: undefined });
});

test('an error that cannot be told in words, and one whose stack throws, are parked like any other', async () => {
  const throws = () => {
    throw new TypeError('no');
  };
  const nameless = Object.assign(new Error('x'), { name: Object.create(null) });
  const stackless = Object.defineProperty(new RangeError('far'), 'stack', { get: throws });
  const published = open().publish([letter(0, nameless), letter(1, stackless)]);
  FakeNativeProducer.last.deliver(0);
  await published;
  expect(facts(0)?.error).toEqual({ name: 'object', message: 'a thrown object', stack: undefined });
  expect(facts(0, 1)?.error).toEqual({ name: 'RangeError', message: 'far', stack: undefined });
});

test('a record that could not be read tells the PayloadError itself', async () => {
  const error = new PayloadError('PAYLOAD_NOT_JSON', 'Value of t:1:0 is not JSON');
  const published = open().publish([{ ...letter(0, ''), attempts: 0, failure: { error, firstMs: 0, lastMs: 0 } }]);
  FakeNativeProducer.last.deliver(0);
  await published;
  expect(facts(0)).toMatchObject({ attempts: 0, error: { name: 'PayloadError', message: error.message } });
});

test('too large: by itself, without the stack, with hardly a message; then it stays unparked', async () => {
  const tooLarge = fault(10, 'MSG_SIZE_TOO_LARGE');
  const error = new Error('m'.repeat(10_000));
  error.stack = 's'.repeat(100_000);
  const published = open().publish([letter(0, new Error('fits')), letter(1, error)]);
  FakeNativeProducer.last.deliver(0, [failure(1, tooLarge)]);
  for (let batch = 1; batch <= 3; batch++) {
    await settle();
    FakeNativeProducer.last.deliver(batch, [failure(0, tooLarge)]);
  }
  const [first, second] = await published;
  expect(first).toEqual({ topic: 't.dlq', partition: 0, offset: 100 });
  expect(second).toMatchObject({ code: 'DEAD_LETTER_FAILED', retriable: true, position: { topic: 't', partition: 1, offset: 1 } });
  const lengths = [1, 2, 3].map((batch) => [facts(batch)?.error.stack?.length, facts(batch)?.error.message.length]);
  expect(lengths).toEqual([
    [8_193, 4_097],
    [undefined, 4_097],
    [undefined, 257],
  ]);
});

test('a letter that failed is told by itself, and says where, why and what now', async () => {
  const published = open().publish([letter(0, ''), letter(1, ''), letter(2, '')]);
  FakeNativeProducer.last.deliver(0, [failure(1, fault(29, 'TOPIC_AUTHORIZATION_FAILED'))]);
  const [first, second, third] = await published;
  expect([first, third]).toMatchObject([{ offset: 100 }, { offset: 102 }]);
  expect((second as Error).message).toMatch(
    /^Parking t:1:1 in "t.dlq" for the consumer of group "g": .*TOPIC_AUTHORIZATION_FAILED.*; its partition waits$/,
  );
});

test('after a fatal error the next letters go out by a new client', async () => {
  const letters = open();
  const fatal = fault(-150, '_FATAL', { fatal: true });
  const published = letters.publish([letter(0, '')]);
  FakeNativeProducer.last.say({ kind: 'error', error: fatal });
  await settle();
  FakeNativeProducer.last.closed();
  expect(await published).toMatchObject([{ code: 'DEAD_LETTER_FAILED' }]);
  const again = letters.publish([letter(0, '')]);
  await settle();
  expect(FakeNativeProducer.opened).toHaveLength(2);
  FakeNativeProducer.last.deliver(0);
  expect(await again).toMatchObject([{ topic: 't.dlq' }]);
});

test('what turns out to be too large once it was closed is not sent again: nobody would close what is opened for it', async () => {
  const letters = open();
  const published = letters.publish([letter(5, new Error('x')), letter(6, new Error('x'))]);
  const closed = letters.close();
  FakeNativeProducer.last.deliver(0, [failure(0, fault(-152, '_PURGE_QUEUE')), failure(1, fault(10, 'MSG_SIZE_TOO_LARGE'))]);
  FakeNativeProducer.last.say({ kind: 'closed', timedOut: false, error: null });
  const results = await published;
  expect(results.map((result) => (result as DeadLetterError).code)).toEqual(['DEAD_LETTER_FAILED', 'DEAD_LETTER_FAILED']);
  expect(FakeNativeProducer.opened).toHaveLength(1);
  await closed;
});

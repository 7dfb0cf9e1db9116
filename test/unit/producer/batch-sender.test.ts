import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { OutgoingSlab } from '../../../src/engine/outgoing-slab.js';
import { DeliveryError } from '../../../src/errors.js';
import { Emitter, PRODUCER_EVENTS, type ProducerEvents } from '../../../src/events.js';
import { type BatchPlan, BatchSender } from '../../../src/producer/batch-sender.js';
import { fault } from '../engine/fakes.js';
import { FakeNativeProducer, failure } from './fake-engine.js';

vi.mock('../../../src/engine/load.js', () => ({ engine: () => ({ NativeProducer: FakeNativeProducer }) }));

const TOO_LARGE = fault(10, 'MSG_SIZE_TOO_LARGE');
const logged: string[] = [];
const log = (_fields: unknown, message: string): void => void logged.push(message);
const logger = { debug: log, info: log, warn: log, error: log };

function open(config: readonly (readonly [string, string])[] = []) {
  const emitter = new Emitter<ProducerEvents>(PRODUCER_EVENTS, () => undefined);
  const sender = new BatchSender({
    name: 'producer "test"',
    bootstrapServers: 'localhost:1',
    config,
    closeTimeoutMs: 500,
    emitter,
    logger,
  });
  return { sender, emitter };
}
const plan = (messages: readonly string[], own: Partial<BatchPlan<string>> = {}): BatchPlan<string> => ({
  messages,
  topics: ['a', 'b'],
  pack: (slab: OutgoingSlab, batch) => {
    for (const message of batch) slab.add(message.startsWith('b') ? 1 : 0, message, message, undefined);
  },
  skipTooLarge: false,
  ...own,
});

beforeEach(() => {
  FakeNativeProducer.opened.length = 0;
  logged.length = 0;
});
afterEach(() => vi.useRealTimers());

test('the caller may use its list again at once: answers, and what is sent alone, are of what it held', async () => {
  const { sender } = open();
  const list = ['a1', 'b1'];
  const produced = sender.produce(plan(list, { skipTooLarge: true }));
  list.splice(0, 2, 'a2', 'a3', 'a4');
  FakeNativeProducer.last.deliver(0, [failure(0, TOO_LARGE)]);
  await vi.waitFor(() => expect(FakeNativeProducer.opened).toHaveLength(2));
  FakeNativeProducer.last.deliver(0);
  expect((await produced).map(({ topic }) => topic)).toEqual(['a', 'b']);
  expect(FakeNativeProducer.last.batches[0]?.records).toMatchObject([{ key: 'a1', topic: 'a' }]);
});

test('deliveries come in the order of the messages, each with its own topic', async () => {
  const { sender } = open();
  const produced = sender.produce(plan(['a1', 'b1', 'a2']));
  FakeNativeProducer.last.deliver(0);
  expect(await produced).toEqual([
    { topic: 'a', partition: 0, offset: 100 },
    { topic: 'b', partition: 0, offset: 101 },
    { topic: 'a', partition: 0, offset: 102 },
  ]);
});

test('nothing is opened before the first batch, and an empty batch resolves without opening anything', async () => {
  const { sender } = open();
  expect(await sender.produce(plan([]))).toEqual([]);
  expect(FakeNativeProducer.opened).toEqual([]);
});

test('overlapping batches are enqueued in call order, and marked as waited for while little is under way', async () => {
  const { sender } = open();
  const many = Array.from({ length: 100 }, (_, n) => `a${n}`);
  const all = Promise.all([sender.produce(plan(['b1'])), sender.produce(plan(many)), sender.produce(plan(['b2']))]);
  const fake = FakeNativeProducer.last;
  expect(fake.batches.map(({ waiting, records }) => [records[0]?.key, waiting])).toEqual([
    ['b1', true],
    ['a0', true],
    ['b2', false],
  ]);
  for (const batch of [2, 1, 0]) fake.deliver(batch);
  await all;
  const next = sender.produce(plan(['b3']));
  expect(fake.batches[3]?.waiting).toBe(true);
  fake.deliver(3);
  await next;
});

test('every failed record is named, with what was delivered beside it', async () => {
  const { sender } = open();
  const produced = sender.produce(plan(['a1', 'b1', 'a2']));
  FakeNativeProducer.last.deliver(0, [
    failure(1, fault(29, 'TOPIC_AUTHORIZATION_FAILED')),
    failure(2, fault(-192, '_MSG_TIMED_OUT'), 'possibly'),
  ]);
  const error = await produced.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DeliveryError);
  expect(error).toMatchObject({
    message: expect.stringMatching(
      /^2 of 3 records were not delivered \(1 of them may have been written all the same\).*messages\[1\] to "b"/,
    ),
    delivered: [{ topic: 'a', offset: 100 }],
    failed: [
      { index: 1, message: 'b1', persisted: 'no', error: { kafkaCode: 29 } },
      { index: 2, message: 'a2', persisted: 'possibly', error: { kafkaCode: -192 } },
    ],
  });
});

test('a record that timed out carries the trouble that explains it as its cause', async () => {
  const { sender } = open();
  const produced = sender.produce(plan(['a1']));
  FakeNativeProducer.last.say({ kind: 'error', error: fault(-169, '_AUTHENTICATION') });
  FakeNativeProducer.last.deliver(0, [failure(0, fault(-192, '_MSG_TIMED_OUT'))]);
  await expect(produced).rejects.toMatchObject({ failed: [{ error: { cause: { kafkaName: '_AUTHENTICATION' } } }] });
});

test('whoever is refused before anyone has served it gives up what was not sent, and says why', async () => {
  const { sender } = open();
  const produced = sender.produce(plan(['a1', 'b1']));
  const engine = FakeNativeProducer.last;
  engine.say({ kind: 'error', error: fault(-169, '_AUTHENTICATION') });
  expect(engine.purges).toBe(1);
  engine.deliver(0, [failure(0, fault(-152, '_PURGE_QUEUE')), failure(1, fault(-152, '_PURGE_QUEUE'))]);
  const refusal = { code: 'KAFKA', kafkaName: '_AUTHENTICATION', message: expect.stringContaining('check sasl.mechanism') };
  await expect(produced).rejects.toMatchObject({
    cause: { ...refusal, cause: refusal },
    failed: [{ persisted: 'no' }, { persisted: 'no' }],
  });
});

test('records that come after a refusal are given up after a grace, unless a broker has a change of mind', async () => {
  vi.useFakeTimers();
  const { sender } = open();
  const first = sender.produce(plan(['a1']));
  const engine = FakeNativeProducer.last;
  engine.say({ kind: 'error', error: fault(-169, '_AUTHENTICATION') });
  engine.deliver(0, [failure(0, fault(-152, '_PURGE_QUEUE'))]);
  await expect(first).rejects.toMatchObject({ code: 'DELIVERY_FAILED' });
  const second = sender.produce(plan(['a2']));
  await vi.advanceTimersByTimeAsync(11_000);
  expect(engine.purges).toBe(2);
  engine.deliver(1);
  await second;
  const third = sender.produce(plan(['a3']));
  engine.say({ kind: 'error', error: fault(-169, '_AUTHENTICATION') });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(engine.purges).toBe(2);
  engine.deliver(2);
  await third;
});

test('whoever was served waits: the trouble may pass', async () => {
  const { sender } = open();
  const first = sender.produce(plan(['a1']));
  const engine = FakeNativeProducer.last;
  engine.deliver(0, [failure(0, fault(29, 'TOPIC_AUTHORIZATION_FAILED'))]);
  await expect(first).rejects.toMatchObject({ code: 'DELIVERY_FAILED' });
  const second = sender.produce(plan(['a2']));
  engine.say({ kind: 'error', error: fault(-169, '_AUTHENTICATION') });
  expect(engine.purges).toBe(0);
  engine.deliver(1);
  await second;
});

test('a batch that cannot be packed sends nothing and leaves nothing behind in the next one', async () => {
  const { sender } = open();
  const pack: BatchPlan<string>['pack'] = (slab) => {
    slab.add(0, 'half', 'half', undefined);
    throw new TypeError('the second is wrong');
  };
  await expect(sender.produce(plan(['x', 'y'], { pack }))).rejects.toThrow('the second is wrong');
  expect(FakeNativeProducer.opened).toEqual([]);
  const produced = sender.produce(plan(['a1']));
  expect(FakeNativeProducer.last.batches[0]?.records.map(({ key }) => key)).toEqual(['a1']);
  FakeNativeProducer.last.deliver(0);
  await produced;
});

test('a payload that produces while it is packed does not disturb the batch around it', async () => {
  const { sender } = open();
  let inner: Promise<unknown> | undefined;
  const pack: BatchPlan<string>['pack'] = (slab, batch) => {
    slab.add(0, 'before', null, undefined);
    inner = sender.produce(plan(['inner']));
    slab.add(0, batch[0] ?? null, null, undefined);
  };
  const outer = sender.produce(plan(['outer', 'x'], { pack }));
  const fake = FakeNativeProducer.last;
  expect(fake.batches.map(({ records }) => records.map(({ key }) => key))).toEqual([['inner'], ['before', 'outer']]);
  fake.deliver(0);
  fake.deliver(1);
  await Promise.all([outer, inner]);
});

test('records refused for their size are sent again alone: the healthy ones arrive, the others are skipped and say so', async () => {
  const { sender, emitter } = open([['batch.num.messages', '500']]);
  const told: unknown[] = [];
  emitter.on('producer.delivered', (detail) => told.push(detail));
  const produced = sender.produce(plan(['a1', 'b1', 'a2'], { skipTooLarge: true }));
  const main = FakeNativeProducer.last;
  main.deliver(0, [failure(0, TOO_LARGE), failure(1, TOO_LARGE)]);
  await vi.waitFor(() => expect(FakeNativeProducer.opened).toHaveLength(2));
  const lone = FakeNativeProducer.last;
  expect(lone.config.get('batch.num.messages')).toBe('1');
  lone.deliver(0);
  await vi.waitFor(() => expect(lone.batches).toHaveLength(2));
  expect(lone.batches[1]?.records).toMatchObject([{ key: 'b1', topic: 'b' }]);
  lone.deliver(1, [failure(0, TOO_LARGE)]);
  expect(await produced).toMatchObject([
    { topic: 'a', offset: 100 },
    { topic: 'b', partition: -1, offset: -1, skipped: { kafkaCode: 10 } },
    { topic: 'a', offset: 102 },
  ]);
  expect(told).toMatchObject([{ delivered: 2, skipped: 1, failed: 0 }]);
});

test('without the option a record that is too large fails the batch', async () => {
  const { sender } = open();
  const produced = sender.produce(plan(['a1']));
  FakeNativeProducer.last.deliver(0, [failure(0, TOO_LARGE)]);
  await expect(produced).rejects.toMatchObject({ code: 'DELIVERY_FAILED', failed: [{ error: { kafkaCode: 10 } }] });
});

test('after a fatal error every pending and every later call rejects with it', async () => {
  const { sender, emitter } = open();
  const told: unknown[] = [];
  emitter.on('producer.error', ({ error }) => told.push(error));
  const pending = sender.produce(plan(['a1']));
  FakeNativeProducer.last.say({ kind: 'error', error: fault(90, 'PRODUCER_FENCED', { fatal: true }) });
  const error = await pending.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'KAFKA', kafkaCode: 90, fatal: true });
  await expect(sender.produce(plan(['a2']))).rejects.toBe(error);
  await expect(sender.connect(10)).rejects.toBe(error);
  expect(told).toEqual([error]);
});

test('connect resolves on the metadata answer and says how many brokers there are', async () => {
  const { sender, emitter } = open();
  const told: unknown[] = [];
  emitter.on('producer.connected', (detail) => told.push(detail));
  const connecting = sender.connect(1_000);
  const json = JSON.stringify({ brokers: [{ id: 1, host: 'h', port: 1 }], topics: [] });
  FakeNativeProducer.last.say({ kind: 'result', request: 1, error: null, json });
  await connecting;
  expect(told).toMatchObject([{ brokers: 1 }]);
});

test('connect that hears nothing is a TimeoutError with what it waited for and the last error', async () => {
  const { sender } = open();
  const connecting = sender.connect(1_000);
  FakeNativeProducer.last.say({ kind: 'error', error: fault(-193, '_RESOLVE') });
  FakeNativeProducer.last.say({ kind: 'result', request: 1, error: fault(-195, '_TRANSPORT'), json: '' });
  await expect(connecting).rejects.toMatchObject({
    code: 'TIMEOUT_CONNECT',
    timeoutMs: 1_000,
    message: expect.stringMatching(
      /to localhost:1: waited 1000 ms for a broker to answer a metadata request; the last error was: .*_RESOLVE/,
    ),
    cause: { kafkaName: '_RESOLVE' },
  });
});

test('connect rejects at once when the password is refused', async () => {
  const { sender } = open();
  const connecting = sender.connect(60_000);
  FakeNativeProducer.last.say({ kind: 'error', error: fault(-169, '_AUTHENTICATION') });
  await expect(connecting).rejects.toMatchObject({ code: 'KAFKA', kafkaName: '_AUTHENTICATION' });
});

test('close is one promise, and later calls are UsageErrors', async () => {
  const { sender, emitter } = open();
  const told: unknown[] = [];
  emitter.on('producer.closed', (detail) => told.push(detail));
  const produced = sender.produce(plan(['a1']));
  const closed = sender.close();
  expect(sender.close()).toBe(closed);
  FakeNativeProducer.last.deliver(0);
  FakeNativeProducer.last.closed();
  await Promise.all([produced, closed]);
  expect(FakeNativeProducer.last.closes).toEqual([500]);
  expect(told).toEqual([{ timedOut: false }]);
  await expect(sender.produce(plan(['a2']))).rejects.toMatchObject({ code: 'USAGE_CLOSED' });
});

test('a producer that never connected closes without loading the engine', async () => {
  const { sender } = open();
  await sender.close();
  expect(FakeNativeProducer.opened).toEqual([]);
  await expect(sender.connect(1)).rejects.toMatchObject({ code: 'USAGE_CLOSED' });
});

test('close during connect ends both', async () => {
  const { sender } = open();
  const connecting = sender.connect(60_000);
  const rejected = expect(connecting).rejects.toMatchObject({ code: 'USAGE_CLOSED' });
  const closed = sender.close();
  FakeNativeProducer.last.closed();
  await Promise.all([closed, rejected]);
});

test('a close that had to give records up says how many, and the batch rejects as well', async () => {
  const { sender } = open();
  const produced = sender.produce(plan(['a1', 'a2']));
  const failed = expect(produced).rejects.toMatchObject({ code: 'DELIVERY_FAILED' });
  const closed = sender.close();
  FakeNativeProducer.last.deliver(0, [failure(1, fault(-152, '_PURGE_QUEUE'))]);
  FakeNativeProducer.last.closed(true);
  await expect(closed).rejects.toMatchObject({
    code: 'TIMEOUT_CLOSE',
    timeoutMs: 500,
    message: expect.stringContaining('2 records in flight'),
  });
  await failed;
});

test("librdkafka's log goes to the logger, and statistics are parsed only for a listener", async () => {
  const { sender, emitter } = open();
  const stats: unknown[] = [];
  const produced = sender.produce(plan(['a1']));
  FakeNativeProducer.last.say({ kind: 'stats', json: 'not even JSON' });
  emitter.on('producer.stats', (detail) => stats.push(detail));
  FakeNativeProducer.last.say(
    { kind: 'stats', json: '{"txmsgs":1}' },
    { kind: 'log', level: 4, facility: 'CONFWARN', message: 'a warning' },
  );
  FakeNativeProducer.last.deliver(0);
  await produced;
  expect(stats).toEqual([{ stats: { txmsgs: 1 } }]);
  expect(logged).toContain('a warning');
});

// The option oauthToken: fetched before the first connection, again at 80 % of the lifetime, again after a failure; and a handler that blocks
// JavaScript past a token's end delays its successor and loses nothing.
import { expect, test } from 'vitest';
import { Consumer, Producer, type ProducerEvents } from '../../src/index.js';
import { gate, next, within } from '../support/consuming.js';
import { unsecuredToken, withPassword, withToken } from './support/doors.js';

const FROM_START = { 'auto.offset.reset': 'earliest' } as const;

test('a producer outlives many tokens', async () => {
  const lifetimeMs = 3_000;
  let fetched = 0;
  const several = gate();
  const oauthToken = () => {
    if (++fetched === 4) several.open();
    const { token } = unsecuredToken(lifetimeMs);
    return { token, lifetimeMs, principal: 'dave', extensions: { traceId: '7' } };
  };
  await using producer = new Producer({ svc: 'a', outputTopics: 'oauth-renewed', logger: false, ...withToken, oauthToken });
  const errors: unknown[] = [];
  producer.on('producer.error', ({ error }) => errors.push(error));
  const first = await producer.produce({ id: '1', payload: 1 });
  await within(20_000, several.opened);
  const last = await within(10_000, producer.produce({ id: '2', payload: 2 }));
  expect([first.offset, last.topic]).toEqual([0, 'oauth-renewed']);
  expect(errors).toEqual([]);
});

test('a dead letter topic is created and written with such tokens', async () => {
  const topic = 'oauth-parked';
  await using writer = new Producer({ svc: 'w', outputTopics: topic, logger: false, ...withPassword() });
  await writer.produce({ id: 'k', payload: 'poison' });
  const told: string[] = [];
  const tell = (_: unknown, message: string): void => void told.push(message);
  const consumer = new Consumer({
    groupId: 'oauth-parked',
    inputTopics: topic,
    logger: { debug: () => undefined, info: tell, warn: tell, error: tell },
    ...withToken,
    oauthToken: () => unsecuredToken(60_000),
    deadLetter: { create: true },
    kafkaConsumerConfig: FROM_START,
  });
  const parked = next(consumer, 'consumer.deadLettered', { withinMs: 30_000 });
  const processed = consumer.process(() => {
    throw new Error('cannot be handled');
  });
  expect(await parked).toMatchObject({ topic, offset: 0, to: { topic: 'oauth-parked.dlq', offset: 0 } });
  await consumer.close();
  await within(30_000, processed);
  expect(told).toContain('The consumer of group "oauth-parked" created its dead letter topic "oauth-parked.dlq"');
});

test('a handler that blocks JavaScript for longer than a token lives: it goes on by itself', async () => {
  const topic = 'oauth-blocked';
  await using writer = new Producer({ svc: 'w', outputTopics: topic, logger: false, ...withPassword() });
  await writer.produce({ id: 'k', payload: 'first' });
  let fetched = 0;
  const oauthToken = () => {
    fetched++;
    return unsecuredToken(4_000);
  };
  const consumer = new Consumer({
    groupId: 'oauth',
    inputTopics: topic,
    logger: false,
    ...withToken,
    oauthToken,
    kafkaConsumerConfig: FROM_START,
  });
  const lost: unknown[] = [];
  consumer.on('consumer.revoked', (event) => event.lost && lost.push(event));
  const seen: unknown[] = [];
  const handled = next(consumer, 'consumer.handled', { withinMs: 30_000 });
  const processed = consumer.process((messages) => {
    seen.push(...messages.map(({ payload }) => payload));
    if (seen.length === 1) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 7_000);
    else void consumer.close();
  });
  await handled;
  await writer.produce({ id: 'k', payload: 'second' });
  await within(30_000, processed);
  expect(seen).toEqual(['first', 'second']);
  expect(lost).toEqual([]);
  expect(fetched).toBeGreaterThan(1);
});

test('a provider that fails twice is asked a third time', async () => {
  let asked = 0;
  const errors: ProducerEvents['producer.error'][] = [];
  const oauthToken = async () => {
    if (++asked <= 2) throw new RangeError(`not yet, ${asked}`);
    return unsecuredToken(60_000);
  };
  await using producer = new Producer({ svc: 'a', outputTopics: 'oauth-third', logger: false, ...withToken, oauthToken });
  producer.on('producer.error', (event) => errors.push(event));
  await within(10_000, producer.connect());
  expect(asked).toBe(3);
  expect(errors.map(({ error }) => [error.kafkaName, error.retriable, (error.cause as Error).message])).toEqual([
    ['_AUTHENTICATION', true, 'not yet, 1'],
    ['_AUTHENTICATION', true, 'not yet, 2'],
  ]);
});

test.for<[what: string, oauthToken: () => never, reason: RegExp]>([
  [
    'throws',
    () => {
      throw new RangeError('out of tokens');
    },
    /RangeError: out of tokens/,
  ],
  ['returns nothing', () => undefined as never, /must return an object/],
  ['returns a token of the past', () => ({ token: 'x', expiresAtMs: 1_000 }) as never, /has expired already/],
])('a provider that %s: connect() and produce() say so after three tries', async ([, oauthToken, reason]) => {
  let asked = 0;
  const counted = () => {
    asked++;
    return oauthToken();
  };
  await using producer = new Producer({ svc: 'a', outputTopics: 't', logger: false, ...withToken, oauthToken: counted });
  const produced = within(10_000, producer.produce({ id: 'x', payload: 1 }));
  const expected = { code: 'KAFKA', kafkaName: '_AUTHENTICATION', message: expect.stringMatching(reason), cause: expect.any(Error) };
  await Promise.all([
    expect(within(10_000, producer.connect())).rejects.toMatchObject(expected),
    expect(produced).rejects.toMatchObject({ code: 'DELIVERY_FAILED', message: expect.stringMatching(reason), cause: expected }),
  ]);
  expect(asked).toBe(3);
});

test('a token that the broker does not take: connect() says what to check', async () => {
  const oauthToken = () => ({ token: 'not.a.token', lifetimeMs: 60_000 });
  await using producer = new Producer({ svc: 'a', outputTopics: 't', logger: false, ...withToken, oauthToken });
  await expect(within(10_000, producer.connect())).rejects.toMatchObject({
    code: 'KAFKA',
    kafkaName: '_AUTHENTICATION',
    message: expect.stringMatching(/check the token that oauthToken returns/),
  });
});

test('librdkafka renews its own unsecured tokens', async () => {
  const kafkaConfig = {
    ...withToken.kafkaConfig,
    ...({ 'sasl.mechanism': 'OAUTHBEARER', 'enable.sasl.oauthbearer.unsecure.jwt': true } as const),
    'sasl.oauthbearer.config': 'principal=dave lifeSeconds=6',
  };
  await using producer = new Producer({ svc: 'a', outputTopics: 'oauth-unsecured', logger: false, ...withToken, kafkaConfig });
  const refused: unknown[] = [];
  producer.on('producer.error', ({ error }) => error.kafkaName === '_AUTHENTICATION' && refused.push(error));
  await producer.produce({ id: '1', payload: 1 });
  // Past the first token's end, which the broker keeps to. librdkafka looks once a second whether a new one is due: shorter ones would run out.
  const until = Date.now() + 10_000;
  while (Date.now() < until) await within(5_000, producer.produce({ id: '2', payload: 2 }));
  expect(refused).toEqual([]);
});

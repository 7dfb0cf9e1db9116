import { expectTypeOf, test } from 'vitest';
import { type ConsumedMessage, type Delivery, Message, Producer } from '../../src/index.js';

const common = { svc: 'a', bootstrapServers: 'localhost:9092' };
declare const consumed: ConsumedMessage<{ mag: number }>;

test('with one output topic nobody has to say where a message goes', () => {
  const producer = new Producer({ ...common, outputTopics: 'quakes' });
  expectTypeOf(producer.produce({ id: 'a', payload: 1 })).resolves.toEqualTypeOf<Delivery>();
  expectTypeOf(producer.produceBatch([new Message('a', 1), consumed])).resolves.toEqualTypeOf<Delivery[]>();
  void producer.produce({ id: null, payload: 1, to: 'quakes' });
  void producer.produceBatch([consumed].map((message) => message.derive(message.id, 1)));
  // @ts-expect-error a topic that is not an output
  void producer.produce({ id: null, payload: 1, to: 'other' });
  // @ts-expect-error an id is a string or null
  void producer.produce({ id: 7, payload: 1 });
});

test('with several output topics `to` is required, in the message or in the call', () => {
  const producer = new Producer({ ...common, outputTopics: ['alerts', 'reports'] });
  void producer.produce({ id: 'a', payload: 1, to: 'alerts' });
  void producer.produce({ id: 'a', payload: 1 }, { to: 'alerts' });
  void producer.produceBatch([new Message('a', 1), consumed], { to: 'reports' });
  void producer.produceBatch([consumed.derive('a', 1, 'alerts')]);
  // @ts-expect-error nobody says where it goes
  void producer.produce({ id: 'a', payload: 1 });
  // @ts-expect-error a topic that is not an output
  void producer.produceBatch([consumed], { to: 'other' });
});

test('with a list of unknown length the check is left to the call', () => {
  const outputTopics: readonly string[] = ['a', 'b'];
  const producer = new Producer({ ...common, outputTopics });
  void producer.produce({ id: 'a', payload: 1 });
  void producer.produce({ id: 'a', payload: 1, to: 'anything' });
});

test('events carry their own details, and none is called error', () => {
  const producer = new Producer({ ...common, outputTopics: 'quakes' });
  producer.on('producer.delivered', ({ delivered }) => expectTypeOf(delivered).toEqualTypeOf<number>());
  // @ts-expect-error no such event
  producer.on('error', () => undefined);
});

test('environment variables are a configuration, and a misspelt key is not', () => {
  const fromEnvironment: Record<string, string> = {};
  new Producer({ ...common, outputTopics: 'quakes', kafkaConfig: fromEnvironment, kafkaProducerConfig: { 'linger.ms': 5 } });
  // @ts-expect-error linger.msec does not exist
  new Producer({ ...common, outputTopics: 'quakes', kafkaProducerConfig: { 'linger.msec': 5 } });
});

test('a provider of tokens says when they end, in one way', () => {
  const own = { ...common, outputTopics: 'quakes' } as const;
  new Producer({ ...own, oauthToken: () => ({ token: 'x', expiresAtMs: 1 }) });
  new Producer({ ...own, oauthToken: async () => ({ token: 'x', lifetimeMs: 1, principal: 'p', extensions: { a: 'b' } }) });
  // @ts-expect-error no end
  new Producer({ ...own, oauthToken: () => ({ token: 'x' }) });
  // @ts-expect-error two ends
  new Producer({ ...own, oauthToken: () => ({ token: 'x', expiresAtMs: 1, lifetimeMs: 1 }) });
});

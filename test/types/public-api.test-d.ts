/** The public types say what the contract says: what compiles here may be relied on, what must not compile is marked so. */
import { describe, expectTypeOf, test } from 'vitest';
import {
  type ConsumedMessage,
  Consumer,
  type ConsumerOptions,
  type Delivery,
  type DeliveryError,
  isPhqKafkaError,
  type KafkaException,
  Message,
  type PhqKafkaError,
  Producer,
  type Ref,
} from '../../src/index.js';

const base = { svc: 'ranker', bootstrapServers: 'localhost:9092' } as const;
declare const environment: Record<string, string>;

describe('Producer', () => {
  test('with one output topic `to` is a choice, and only that topic', () => {
    const producer = new Producer({ ...base, outputTopics: 'alerts' });
    expectTypeOf(producer.produce({ id: 'a', payload: 1 })).resolves.toEqualTypeOf<Delivery>();
    expectTypeOf(producer.produceBatch([new Message('a', 1)])).resolves.toEqualTypeOf<Delivery[]>();
    void producer.produce({ id: 'a', payload: 1, to: 'alerts' });
    // @ts-expect-error: not one of its topics
    void producer.produce({ id: 'a', payload: 1, to: 'elsewhere' });
  });

  test('with several output topics `to` is a duty, of the message or of the call', () => {
    const producer = new Producer({ ...base, outputTopics: ['alerts', 'reports'] });
    void producer.produce({ id: 'a', payload: 1, to: 'reports' });
    void producer.produceBatch([{ id: 'a', payload: 1 }], { to: 'alerts' });
    // @ts-expect-error: which of the two?
    void producer.produce({ id: 'a', payload: 1 });
    // @ts-expect-error: not one of its topics
    void producer.produceBatch([{ id: 'a', payload: 1 }], { to: 'elsewhere' });
  });

  test('closes itself with `await using`', () => {
    expectTypeOf<Producer>().toExtend<AsyncDisposable>();
  });
});

describe('Consumer', () => {
  test('hands out messages of the payload type that was named', () => {
    const consumer = new Consumer<{ magnitude: number }>({ bootstrapServers: ['a:1', 'b:2'], groupId: 'g', inputTopics: 'quakes' });
    void consumer.process(async (messages, { signal, attempt }) => {
      expectTypeOf(messages).toEqualTypeOf<readonly ConsumedMessage<{ magnitude: number }>[]>();
      expectTypeOf(messages[0]?.payload.magnitude).toEqualTypeOf<number | undefined>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      expectTypeOf(attempt).toEqualTypeOf<number>();
    });
    void consumer.process(() => undefined);
    void consumer.process((messages, { fail }) => {
      for (const message of messages) fail(message, new Error('no'));
      // @ts-expect-error: not a message
      fail('a', new Error('no'));
    });
  });

  test('takes failure policies and concurrency', () => {
    const base = { bootstrapServers: 'a:1', groupId: 'g', inputTopics: 'quakes' } as const;
    new Consumer({ ...base, retry: { attempts: 5, shouldRetry: (error) => error instanceof TypeError }, deadLetter: true });
    new Consumer({ ...base, deadLetter: { topic: (from) => `${from}.parked`, create: true }, concurrency: { max: 10, order: 'key' } });
    // @ts-expect-error: no such order
    new Consumer({ ...base, concurrency: { max: 10, order: 'id' } });
  });

  test('takes a handler that returns nothing: a consumer has nowhere to write outputs', () => {
    const consumer = new Consumer({ bootstrapServers: 'a:1', groupId: 'g', inputTopics: 'quakes' });
    // @ts-expect-error: outputs
    void consumer.process((messages) => messages.map(({ id }) => ({ id, payload: 1 })));
    // @ts-expect-error: outputs
    void consumer.process(async () => [{ id: 'a', payload: 1 }]);
  });

  test('knows that its payloads are unknown when no type was named', () => {
    const consumer = new Consumer({ bootstrapServers: 'a:1', groupId: 'g', inputTopics: ['quakes', '^alerts-.*'] });
    void consumer.process((messages) => {
      expectTypeOf(messages[0]?.payload).toBeUnknown();
    });
  });

  test('closes itself with `await using`', () => {
    expectTypeOf<Consumer>().toExtend<AsyncDisposable>();
  });
});

describe('settings', () => {
  test('librdkafka keys take numbers and booleans also as strings, and a record from the environment', () => {
    const options = { bootstrapServers: 'a:1', groupId: 'g', inputTopics: 't' };
    void ({ ...options, kafkaConsumerConfig: { 'fetch.min.bytes': 1, 'enable.auto.commit': 'false' } } satisfies ConsumerOptions);
    void ({ ...options, kafkaConfig: environment } satisfies ConsumerOptions);
    // @ts-expect-error: no such key
    void ({ ...options, kafkaConsumerConfig: { 'fetch.min.byte': 1 } } satisfies ConsumerOptions);
    // @ts-expect-error: a number or its text
    void ({ ...options, kafkaConsumerConfig: { 'fetch.min.bytes': true } } satisfies ConsumerOptions);
  });
});

describe('messages', () => {
  test('a consumed message has exactly one ref, and derives a message that carries it', () => {
    expectTypeOf<ConsumedMessage['refs']>().toEqualTypeOf<readonly [Ref]>();
    const derived = ({} as ConsumedMessage).derive('id', { level: 3 }, 'alerts');
    expectTypeOf(derived.payload).toEqualTypeOf<{ level: number }>();
    expectTypeOf(derived.to).toEqualTypeOf<'alerts'>();
    void new Producer({ ...base, outputTopics: ['alerts', 'reports'] }).produce(derived);
  });

  test('a consumed message can be produced as it is', () => {
    void new Producer({ ...base, outputTopics: 'copies' }).produce({ ...({} as ConsumedMessage), to: 'copies' });
  });
});

describe('errors', () => {
  test('are told apart by one question and a code', () => {
    const caught: unknown = undefined;
    if (isPhqKafkaError(caught)) expectTypeOf(caught).toExtend<PhqKafkaError>();
    expectTypeOf<DeliveryError['failed'][number]['error']>().toExtend<KafkaException>();
    expectTypeOf<KafkaException['kafkaCode']>().toEqualTypeOf<number>();
  });
});

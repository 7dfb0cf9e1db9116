/** Topic maps, typed end to end: the topic tells the messages apart, the payload is what the topic's schema says, and a wrong one does not compile. */
import * as v from 'valibot';
import { describe, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  type Batch,
  type ConsumedMessage,
  Consumer,
  type ConsumerOptions,
  eachMessage,
  type Handler,
  type MessagesOf,
  type OutputsOf,
  Producer,
  type Schemas,
  type Topics,
  unchecked,
} from '../../src/index.js';
import { consumed, runHandler } from '../../src/testing/index.js';

const common = { bootstrapServers: 'localhost:9092', groupId: 'g', svc: 's' } as const;
const Quake = z.object({ mag: z.number(), at: z.iso.datetime().transform((text) => new Date(text)) });
const Storm = v.object({ wind: v.pipe(v.string(), v.transform(Number)), name: v.optional(v.string(), 'nameless') });
interface Fire {
  readonly hectares: number;
}
const inputs = { quakes: Quake, storms: Storm, fires: unchecked<Fire>() };
type Input = MessagesOf<typeof inputs>;

describe('inputs', () => {
  test('the topic is a discriminant, and the payload is what the schema makes of it', () => {
    const consumer = new Consumer({ ...common, inputTopics: inputs });
    void consumer.process((messages) => {
      expectTypeOf(messages).toEqualTypeOf<readonly Input[]>();
      for (const message of messages) {
        expectTypeOf(message.topic).toEqualTypeOf<'quakes' | 'storms' | 'fires'>();
        if (message.topic === 'quakes') expectTypeOf(message.payload).toEqualTypeOf<{ mag: number; at: Date }>();
        else if (message.topic === 'storms') expectTypeOf(message.payload).toEqualTypeOf<{ wind: number; name: string }>();
        else expectTypeOf(message.payload).toEqualTypeOf<Fire>();
      }
    });
    void consumer.process((messages) => {
      for (const message of messages) {
        // @ts-expect-error no such topic
        if (message.topic === 'floods') continue;
        // @ts-expect-error only quakes have it
        void message.payload.mag;
      }
    });
  });

  test('the same through batches(), eachMessage and a handler of its own', async () => {
    const consumer = new Consumer({ ...common, inputTopics: inputs });
    for await (const batch of consumer.batches()) expectTypeOf(batch).toEqualTypeOf<Batch<Input>>();
    const handler: Handler<Input> = () => undefined;
    void consumer.process(handler);
    void consumer.process(
      eachMessage((message) => {
        if (message.topic === 'fires') expectTypeOf(message.payload).toEqualTypeOf<Fire>();
      }),
    );
    // @ts-expect-error a handler of other messages
    void consumer.process((messages: readonly ConsumedMessage<Fire>[]) => void messages);
  });

  test('a pattern stands for any topic, which therefore tells nothing apart: the payload is one of all', () => {
    const consumer = new Consumer({ ...common, inputTopics: { '^quakes\\.': Quake, fires: unchecked<Fire>() } });
    void consumer.process(([message]) => {
      expectTypeOf(message?.topic).toEqualTypeOf<string | undefined>();
      expectTypeOf(message?.payload).toEqualTypeOf<Fire | { mag: number; at: Date } | undefined>();
    });
    const alone = new Consumer({ ...common, inputTopics: { '^quakes\\.': Quake } });
    void alone.process(([message]) => {
      expectTypeOf(message?.payload).toEqualTypeOf<{ mag: number; at: Date } | undefined>();
    });
  });

  test('tombstones that are delivered have no payload, in the type as well', () => {
    const consumer = new Consumer({ ...common, inputTopics: { fires: unchecked<Fire>() }, tombstones: 'deliver' });
    void consumer.process(([message]) => {
      if (message === undefined) return;
      expectTypeOf(message.payload).toEqualTypeOf<Fire | null>();
      if (message.tombstone === undefined) expectTypeOf(message.payload).toEqualTypeOf<Fire>();
    });
    const skipping = new Consumer({ ...common, inputTopics: { fires: unchecked<Fire>() }, tombstones: 'skip' });
    void skipping.process(([message]) => {
      expectTypeOf(message?.payload).toEqualTypeOf<Fire | undefined>();
    });
  });

  test('with names nothing changes: the type is vouched for, or unknown', () => {
    expectTypeOf<MessagesOf<'quakes'>>().toEqualTypeOf<ConsumedMessage>();
    expectTypeOf<MessagesOf<readonly ['a', 'b'], Fire>>().toEqualTypeOf<ConsumedMessage<Fire>>();
    const consumer: Consumer = new Consumer({ ...common, inputTopics: 'fires' });
    const typed: Consumer<Fire> = new Consumer<Fire>({ ...common, inputTopics: ['fires', 'more'] });
    void [consumer, typed];
    // @ts-expect-error a map says itself what its payloads are
    void new Consumer<Fire>({ ...common, inputTopics: inputs });
  });

  test('what is no schema, no option or no topic does not compile', () => {
    // @ts-expect-error not a schema
    void new Consumer({ ...common, inputTopics: { quakes: { mag: 'number' } } });
    // @ts-expect-error no such option
    void new Consumer({ ...common, inputTopics: inputs, schema: Quake });
    // @ts-expect-error not a topic
    void new Consumer({ ...common, inputTopics: 7 });
    void ({ ...common, inputTopics: inputs } satisfies ConsumerOptions<typeof inputs>);
    void ({ ...common, inputTopics: inputs } satisfies ConsumerOptions<Topics>);
    void (inputs satisfies Schemas);
  });
});

describe('outputs', () => {
  test('the payload follows `to`; it is what the schema takes', () => {
    const producer = new Producer({ ...common, outputTopics: inputs });
    void producer.produce({ id: 'a', payload: { mag: 1, at: '2026-01-01T00:00:00Z' }, to: 'quakes' });
    void producer.produce({ id: 'a', payload: { wind: '12' }, to: 'storms' });
    void producer.produceBatch([
      { id: 'a', payload: { hectares: 1 }, to: 'fires' },
      { id: 'b', payload: { wind: '3', name: 'Zoë' }, to: 'storms' },
    ]);
    // @ts-expect-error the schema takes text
    void producer.produce({ id: 'a', payload: { mag: 1, at: new Date() }, to: 'quakes' });
    // @ts-expect-error another topic's payload
    void producer.produce({ id: 'a', payload: { hectares: 1 }, to: 'storms' });
    // @ts-expect-error nobody says where it goes
    void producer.produce({ id: 'a', payload: { hectares: 1 } });
    // @ts-expect-error not an output
    void producer.produce({ id: 'a', payload: { hectares: 1 }, to: 'floods' });
  });

  test('the same where the call says `to`', () => {
    const producer = new Producer({ ...common, outputTopics: inputs });
    void producer.produce({ id: 'a', payload: { hectares: 1 } }, { to: 'fires' });
    void producer.produceBatch([{ id: 'a', payload: { wind: '3' } }], { to: 'storms' });
    // A message's own word wins.
    void producer.produceBatch([{ id: 'a', payload: { hectares: 1 }, to: 'fires' }], { to: 'storms' });
    // @ts-expect-error another topic's payload
    void producer.produceBatch([{ id: 'a', payload: { hectares: 1 } }], { to: 'storms' });
    // @ts-expect-error not an output
    void producer.produceBatch([{ id: 'a', payload: { hectares: 1 } }], { to: 'floods' });
  });

  test('with one topic in the map `to` is a choice', () => {
    const producer = new Producer({ ...common, outputTopics: { fires: unchecked<Fire>() } });
    void producer.produce({ id: 'a', payload: { hectares: 1 } });
    void producer.produce({ id: 'a', payload: { hectares: 1 }, to: 'fires' });
    // @ts-expect-error not what the topic holds
    void producer.produce({ id: 'a', payload: { hectares: 'many' } });
    expectTypeOf<OutputsOf<{ fires: typeof Quake }>['payload']>().toEqualTypeOf<{ mag: number; at: string }>();
  });

  test('derive carries the payload type and `to`, and without `to` it says nothing', () => {
    const producer = new Producer({ ...common, outputTopics: inputs });
    const message = {} as ConsumedMessage<Fire>;
    void producer.produce(message.derive('a', { hectares: 2 }, 'fires'));
    void producer.produce(message.derive('a', { hectares: 2 }), { to: 'fires' });
    // @ts-expect-error nobody says where it goes
    void producer.produce(message.derive('a', { hectares: 2 }));
    // @ts-expect-error another topic's payload
    void producer.produce(message.derive('a', { hectares: 2 }, 'storms'));
    const several = new Producer({ ...common, outputTopics: ['alerts', 'reports'] });
    // @ts-expect-error nobody says where it goes
    void several.produce(message.derive('a', 1));
  });
});

test('a handler of a map is tested with messages that name their topic', () => {
  const handler: Handler<Input> = () => undefined;
  void runHandler(handler, [
    consumed('a', { hectares: 1 }, { topic: 'fires' }),
    consumed('b', { wind: 1, name: 'x' }, { topic: 'storms', partition: 2 }),
    consumed('c', { mag: 1, at: '2026-01-01T00:00:00Z' }, { topic: 'quakes', schema: Quake }),
  ]);
  // @ts-expect-error the schema takes a text
  void consumed('c', { mag: 1, at: new Date() }, { topic: 'quakes', schema: Quake });
  // @ts-expect-error no topic, no discriminant
  void runHandler(handler, [consumed('a', { hectares: 1 })]);
  // @ts-expect-error another topic's payload
  void runHandler(handler, [consumed('a', { hectares: 1 }, { topic: 'storms' })]);
});

// After a HandlerError, and after a record that cannot be read, the group continues at exactly the position where it stopped.
import { expect, test } from 'vitest';
import { Consumer, Producer } from '../../src/index.js';
import { broker, fresh, memberOf } from '../support/brokers.js';
import { committedOf, envelope, writeRaw } from '../support/consuming.js';

test('a failed batch comes again, whole and first', async () => {
  const topic = fresh('redelivery');
  await using producer = new Producer({ svc: 'ingest', outputTopics: topic, ...broker });
  await producer.produceBatch(Array.from({ length: 100 }, (_, i) => ({ id: 'one partition', payload: i })));
  const consumer = new Consumer<number>(memberOf(fresh('g'), { inputTopics: topic, batchSize: 10 }));
  const seen: number[] = [];
  for (const failAt of [30, 60, Number.POSITIVE_INFINITY]) {
    const processed = consumer.process((messages) => {
      if (seen.length >= failAt) throw new Error('no');
      seen.push(...messages.map(({ payload }) => payload));
      if (seen.length >= 100) void consumer.close();
    });
    if (failAt === Number.POSITIVE_INFINITY) await processed;
    else await expect(processed).rejects.toMatchObject({ code: 'HANDLER_THREW' });
  }
  expect(seen).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test('a record that cannot be read is stopped at again and again, and everything else is done', async () => {
  const topic = fresh('invalid');
  const sound = (partition: number) => ({ partition, value: envelope(partition) });
  await writeRaw(broker, topic, [sound(0), sound(1), { partition: 1, value: '{"item": NaN}' }, sound(1), sound(0)]);
  const consumer = new Consumer<number>(memberOf(fresh('g'), { inputTopics: topic, consumerTimeoutMs: 200 }));
  const committed = committedOf(consumer);
  const seen: string[] = [];
  for (let call = 0; call < 2; call++) {
    const processed = consumer.process((messages) => {
      seen.push(...messages.map(({ partition, offset }) => `${partition}:${offset}`));
    });
    const position = { topic, partition: 1, offset: 1 };
    await expect(processed).rejects.toMatchObject({ code: 'PAYLOAD_NOT_JSON', position, byte: 9 });
    expect(committed.get(`${topic}:1`)).toBe(1);
  }
  expect(seen.filter((at) => at.startsWith('1:'))).toEqual(['1:0']);
  expect(new Set(seen).size).toBe(seen.length);
  await consumer.close();
});

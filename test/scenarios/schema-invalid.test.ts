// A value that its topic's schema refuses is invalid like one that cannot be read: 'stop' ends at exactly its position, 'skip' counts and tells it.
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Consumer, PayloadError } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, member, within, writeRaw } from '../support/consuming.js';

const LIBRARIES = [
  ['zod', z.object({ n: z.number().nonnegative() })],
  ['valibot', v.object({ n: v.pipe(v.number(), v.minValue(0)) })],
  ['zod, asynchronous', z.object({ n: z.number().refine(async (n) => n >= 0) })],
  [
    'valibot, asynchronous',
    v.objectAsync({
      n: v.pipeAsync(
        v.number(),
        v.checkAsync(async (n) => n >= 0),
      ),
    }),
  ],
] as const;

describe.each(LIBRARIES)('%s', (_, schema) => {
  test.concurrent('stop: what is before it and in other partitions is done, and it is never passed', async () => {
    await using broker = await EmbeddedBroker.start({ topics: { t: 2 } });
    const row = (partition: number, n: number) => ({ partition, value: envelope({ n }) });
    await writeRaw(broker, 't', [row(0, 0), row(1, 1), row(0, -77_123), row(1, 2), row(0, 3)]);
    const consumer = new Consumer({ ...member(broker, { inputTopics: 't', consumerTimeoutMs: 100 }), inputTopics: { t: schema } });
    const committed = committedOf(consumer);
    const handled: string[] = [];
    const run = (): Promise<unknown> =>
      consumer
        .process((messages) => void handled.push(...messages.map(({ partition, payload }) => `${partition}:${payload.n}`)))
        .catch((error: unknown) => error);
    const first = await run();
    expect(first).toBeInstanceOf(PayloadError);
    expect(first).toMatchObject({
      code: 'PAYLOAD_SCHEMA',
      position: { topic: 't', partition: 0, offset: 1 },
      issues: [{ path: 'n', message: expect.any(String) }],
    });
    expect(JSON.stringify(first) + String(first)).not.toContain('77123');
    expect(committed.get('t:0')).toBe(1);
    expect(await run()).toMatchObject({ code: 'PAYLOAD_SCHEMA', position: { offset: 1 } });
    expect(handled.filter((it) => it.startsWith('0:'))).toEqual(['0:0']);
    expect(committed.get('t:0')).toBe(1);
    await consumer.close();
  });

  test.concurrent('skip: an event each, counted, committed; tombstones are not asked about', async () => {
    await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
    const values = [envelope({ n: 0 }), envelope({ n: -1 }), null, 'no json', envelope({ n: 'x' }), envelope({ n: 5 })];
    await writeRaw(
      broker,
      't',
      values.map((value) => ({ key: 'k', value })),
    );
    const options = { ...member(broker, { inputTopics: 't' }), inputTopics: { t: schema }, onInvalid: 'skip' } as const;
    const consumer = new Consumer(options);
    const committed = committedOf(consumer);
    const invalid: unknown[] = [];
    consumer.on('consumer.invalid', ({ error }) => invalid.push([error.position?.offset, error.code]));
    const counts = { invalid: 0, tombstones: 0 };
    consumer.on('consumer.handled', (detail) => {
      counts.invalid += detail.invalid;
      counts.tombstones += detail.tombstones;
    });
    const seen: number[] = [];
    await within(
      10_000,
      consumer.process((messages) => {
        seen.push(...messages.map(({ payload }) => payload.n));
        if (seen.includes(5)) void consumer.close();
      }),
    );
    expect(seen).toEqual([0, 5]);
    expect(invalid).toEqual([
      [1, 'PAYLOAD_SCHEMA'],
      [3, 'PAYLOAD_NOT_JSON'],
      [4, 'PAYLOAD_SCHEMA'],
    ]);
    expect(counts).toEqual({ invalid: 3, tombstones: 1 });
    expect(committed.get('t:0')).toBe(6);
  });
});

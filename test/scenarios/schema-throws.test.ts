// A schema that throws, or never ends, is the user's code that fails: nothing of its batch is handled or committed, and the group is left in good order.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, gate, member, within, writeRaw } from '../support/consuming.js';

async function start(schema: StandardSchemaV1<unknown, number>) {
  const broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: envelope(1) }, { value: envelope(2) }]);
  const options = { ...member(broker, { inputTopics: 't' }), inputTopics: { t: schema }, drainTimeoutMs: 300 };
  return { broker, consumer: new Consumer(options) };
}

test.concurrent.for([
  [
    'at once',
    (works: () => boolean) =>
      v.pipe(
        v.number(),
        v.check((n) => n !== 2 || works() || fail()),
      ),
  ],
  [
    'later',
    (works: () => boolean) =>
      v.pipeAsync(
        v.number(),
        v.checkAsync(async (n) => n !== 2 || works() || fail()),
      ),
  ],
] as const)('process rejects, and goes on at that batch when it works again: %s', async ([, schemaOf]) => {
  let works = false;
  const { broker, consumer } = await start(schemaOf(() => works));
  const committed = committedOf(consumer);
  const seen: number[] = [];
  const run = (): Promise<void> =>
    consumer.process((messages) => {
      seen.push(...messages.map(({ payload }) => payload));
      if (seen.includes(2)) void consumer.close();
    });
  await expect(within(10_000, run())).rejects.toMatchObject({
    code: 'SCHEMA_THREW',
    position: { topic: 't', partition: 0, offset: 1 },
    cause: new Error('no database'),
  });
  expect(committed.get('t:0') ?? 0).toBeLessThan(2);
  works = true;
  await within(10_000, run());
  expect(seen).toEqual([1, 2]);
  expect(committed.get('t:0')).toBe(2);
  await broker.close();
});

test.concurrent('a schema that does not end is waited for as long as a handler, then told as what blocks', async () => {
  const [asked, never] = [gate(), gate()];
  const slow = checked(async () => {
    asked.open();
    await never.opened;
    return true;
  });
  const { broker, consumer } = await start(slow);
  let calls = 0;
  const processed = consumer.process(() => {
    calls++;
  });
  processed.catch(() => undefined);
  await within(10_000, asked.opened);
  await expect(within(10_000, consumer.close())).rejects.toMatchObject({
    code: 'TIMEOUT_DRAIN',
    message: expect.stringContaining('the schemas of the input topics'),
  });
  await expect(processed).rejects.toMatchObject({ code: 'TIMEOUT_DRAIN' });
  never.open();
  expect(calls).toBe(0);
  await broker.close();
});

test.concurrent('a stop while a schema is asked takes no more batches: what was checked comes again', async () => {
  const [asked, answer] = [gate(), gate()];
  const slow = checked(async () => {
    asked.open();
    await answer.opened;
    return true;
  });
  const { broker, consumer } = await start(slow);
  const committed = committedOf(consumer);
  let calls = 0;
  const processed = consumer.process(() => {
    calls++;
  });
  await within(10_000, asked.opened);
  const closed = consumer.close();
  answer.open();
  await within(10_000, Promise.all([closed, processed]));
  expect(calls).toBe(0);
  expect(committed.get('t:0') ?? 0).toBe(0);
  await broker.close();
});

const checked = (ask: () => Promise<boolean>) => v.pipeAsync(v.number(), v.checkAsync(ask));

function fail(): never {
  throw new Error('no database');
}

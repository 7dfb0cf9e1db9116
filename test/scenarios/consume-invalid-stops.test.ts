// A record that cannot be read ends process() at exactly its position: what is before it and in other partitions is done, and it is never skipped.
import { expect, test } from 'vitest';
import { Consumer, PayloadError } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, member, writeRaw } from '../support/consuming.js';

const deep = `{"item":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
const FAULTS: readonly (readonly [name: string, value: string | Buffer, code: string, byte: number])[] = [
  ['broken JSON', '{"item":1,}', 'PAYLOAD_NOT_JSON', 10],
  ['an HTML page', '<html>', 'PAYLOAD_NOT_JSON', 0],
  ['an empty value', '', 'PAYLOAD_NOT_JSON', 0],
  ['NaN, which Python writes', '{"item": NaN}', 'PAYLOAD_NOT_JSON', 9],
  ['bytes that are not UTF-8', Buffer.from([...Buffer.from('{"item":"'), 0xc3, 0x28, 0x22, 0x7d]), 'PAYLOAD_NOT_UTF8', 9],
  ['an object without item', '{"hist":null}', 'PAYLOAD_NO_ITEM', 0],
  ['a list', '[1]', 'PAYLOAD_NOT_AN_ENVELOPE', 0],
  ['nesting without end', deep, 'PAYLOAD_TOO_DEEP', 1007],
];

test.concurrent.for(FAULTS)('%s', async ([, value, code, byte]) => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 3 } });
  const sound = (partition: number) => ({ partition, value: envelope(`sound ${partition}`) });
  // Partition 1 has two sound records, the faulty one at offset 2, and a sound one behind it.
  await writeRaw(broker, 't', [0, 1, 2, 0, 1, 2].map(sound));
  await writeRaw(broker, 't', [{ partition: 1, value }, sound(1), sound(0), sound(2)]);

  const consumer = new Consumer(member(broker, { inputTopics: 't', consumerTimeoutMs: 100 }));
  const committed = committedOf(consumer);
  const invalid: PayloadError[] = [];
  consumer.on('consumer.invalid', ({ error }) => invalid.push(error));
  const handled: string[] = [];
  const run = (): Promise<unknown> =>
    consumer
      .process((messages) => {
        handled.push(...messages.map(({ partition, offset }) => `${partition}:${offset}`));
      })
      .catch((error: unknown) => error);

  const error = await run();
  expect(error).toBeInstanceOf(PayloadError);
  expect(error).toMatchObject({ code, byte, position: { topic: 't', partition: 1, offset: 2 } });
  expect(error).toHaveProperty('message', expect.stringContaining('t:1:2'));
  expect(invalid).toEqual([error]);
  expect(handled.filter((at) => at.startsWith('1:'))).toEqual(['1:0', '1:1']);
  expect(committed.get('t:1')).toBe(2);

  const again = await run();
  expect(again).toMatchObject({ code, byte, position: { topic: 't', partition: 1, offset: 2 } });
  expect(committed.get('t:1')).toBe(2);
  expect(handled.length).toBe(new Set(handled).size);
  expect(handled).not.toContain('1:2');
  expect(handled).not.toContain('1:3');
  await consumer.close();
});

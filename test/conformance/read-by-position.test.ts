// Records are read by position, without a group: everything up to the end, one of them, none where none lies, and no topic comes into being by asking.
import { expect, test } from 'vitest';
import { Reader } from '../../src/consumer/reader.js';
import { resolveToolConfig } from '../../src/settings/tool-config.js';
import { broker, fresh } from '../support/brokers.js';
import { writeRaw } from '../support/consuming.js';

function openReader(): Reader {
  const { reader, logger } = resolveToolConfig(broker);
  return new Reader({ name: 'reader', ...broker, config: reader, logger });
}

test('a topic is read from end to end, a page at a time, and again from anywhere', async () => {
  const topic = fresh('positions');
  const headers = [['h', null]] as const;
  await writeRaw(
    broker,
    topic,
    Array.from({ length: 25 }, (_, i) => ({
      key: i === 0 ? null : `k${i}`,
      value: i === 1 ? null : Buffer.from([i, 0xff]),
      partition: i % 2,
      headers,
    })),
  );
  await using reader = openReader();
  const ranges = await reader.ranges(topic);
  expect(ranges).toEqual([
    { topic, partition: 0, from: 0, until: 13 },
    { topic, partition: 1, from: 0, until: 12 },
  ]);
  const pages: number[][] = [];
  for await (const page of reader.pages(ranges, undefined, 5)) pages.push(page.map(({ offset }) => offset));
  const lengths = (total: number) => [5, 5, total - 10];
  expect(pages.map(({ length }) => length)).toEqual([...lengths(13), ...lengths(12)]);
  expect(pages.flat()).toEqual([...Array(13).keys(), ...Array(12).keys()]);

  const at = { topic, partition: 1, offset: 1 };
  expect(await reader.record(at)).toEqual({
    ...at,
    timestampMs: expect.any(Number),
    key: Buffer.from('k3'),
    value: Buffer.from([3, 0xff]),
    headers,
  });
  expect(await reader.record({ topic, partition: 0, offset: 0 })).toMatchObject({ key: null, value: Buffer.from([0, 0xff]) });
  expect(await reader.record({ topic, partition: 1, offset: 0 })).toMatchObject({ key: Buffer.from('k1'), value: null });
  const found: number[] = [];
  const part = [{ topic, partition: 0, from: 9, until: 11 }];
  for await (const page of reader.pages(part)) found.push(...page.map(({ offset }) => offset));
  expect(found).toEqual([9, 10]);
});

// Under AddressSanitizer this shows a client that is freed before what belongs to it.
test('a reader may be closed in the middle of a range', async () => {
  const topic = fresh('broken-off');
  await writeRaw(
    broker,
    topic,
    Array.from({ length: 20 }, (_, i) => ({ value: String(i), partition: 0 })),
  );
  for (let n = 0; n < 3; n++) {
    const reader = openReader();
    for await (const page of reader.pages([{ topic, partition: 0, from: 0, until: 20 }], undefined, 3)) {
      expect(page).toHaveLength(3);
      break;
    }
    await reader.close();
  }
});

test('asking for a topic that is not there does not make it', async () => {
  const topic = fresh('absent');
  await using reader = openReader();
  for (let n = 0; n < 2; n++) await expect(reader.ranges(topic)).rejects.toMatchObject({ kafkaName: 'UNKNOWN_TOPIC_OR_PART' });
});

// A partition that ends before its range is read on: what a leader has told may reach the replica that is read a little later.
import { expect, test } from 'vitest';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { writeRaw } from '../support/consuming.js';
import { openReader } from './support/reader.js';

test('records that come after the end was reached, and before the end of the range, are read', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const write = (count: number) =>
    writeRaw(
      broker,
      't',
      Array.from({ length: count }, () => ({ value: 'x', partition: 0 })),
    );
  await write(10);
  await using reader = openReader(broker);
  const offsets: number[] = [];
  for await (const page of reader.pages([{ topic: 't', partition: 0, from: 0, until: 12 }])) {
    // By now the broker has said that there is nothing more: a page waits for half a second, the broker for a hundredth.
    if (offsets.length === 0) await write(2);
    offsets.push(...page.map(({ offset }) => offset));
  }
  expect(offsets).toEqual(Array.from({ length: 12 }, (_, offset) => offset));
});

// A commit that is refused for good lets the running handler end, then process() rejects with the KafkaException.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, gate, member, take, within, writeRaw } from '../support/consuming.js';

test.concurrent.for([
  ['GROUP_AUTHORIZATION_FAILED', 30],
  ['TOPIC_AUTHORIZATION_FAILED', 29],
  ['OFFSET_METADATA_TOO_LARGE', 12],
] as const)('%s', async ([name, kafkaCode]) => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(
    broker,
    't',
    Array.from({ length: 30 }, (_, i) => ({ value: envelope(i) })),
  );
  const options = member(broker, { inputTopics: 't', batchSize: 10 });
  const consumer = new Consumer<number>(options);
  const { opened, open } = gate();
  const handled: number[] = [];
  let calls = 0;
  const processed = consumer.process(async (messages, { signal }) => {
    // Not before: where the partition starts is committed as well.
    if (calls === 0) broker.failRequests('OffsetCommit', [name]);
    // The second batch is being handled when the answer to the first one's commit comes.
    if (++calls === 2) {
      signal.addEventListener('abort', open);
      await opened;
      expect(signal.reason).toMatchObject({ kafkaCode });
    }
    handled.push(...messages.map(({ payload }) => payload));
  });
  await expect(within(10_000, processed)).rejects.toMatchObject({ code: 'KAFKA', kafkaCode, kafkaName: name, fatal: false });
  expect(handled.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  await consumer.close();

  // Behind the refused one the later commit went through, or nothing did: either way nothing is lost.
  await writeRaw(broker, 't', [{ value: envelope(30) }]);
  const [first] = await take<number>(options, 1);
  expect(first?.payload).toBeLessThanOrEqual(handled.length);
});

// A partition whose position is no longer in the log, where auto.offset.reset forbids to choose another, stops there and ends process().
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { member, next, within, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

test('no committed position and auto.offset.reset=error', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: '{}' }]);
  const kafkaConsumerConfig = { ...QUICK, 'auto.offset.reset': 'error' } as const;
  await using consumer = new Consumer(member(broker, { inputTopics: 't', kafkaConsumerConfig }));
  const stopped = next(consumer, 'consumer.partitionStopped');
  const processed = consumer.process(() => undefined);
  await expect(within(10_000, processed)).rejects.toMatchObject({
    code: 'KAFKA',
    kafkaName: '_AUTO_OFFSET_RESET',
    message: expect.stringContaining('cannot begin to read t:0'),
  });
  expect(await stopped).toMatchObject({ topic: 't', partition: 0, offset: -1, error: { kafkaName: '_AUTO_OFFSET_RESET' } });
});

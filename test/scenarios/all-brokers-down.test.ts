// When every broker is gone the client says so, and it comes back by itself when the cluster returns under other addresses.
// A librdkafka built without its two atomics macros does neither (repairConfig in native/vendor-librdkafka.mjs).
import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import { Producer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';

test('all brokers down is an event, and the bootstrap list is asked again', async () => {
  const before = await EmbeddedBroker.start({ topics: { t: 1 } });
  await using after = await EmbeddedBroker.start({ topics: { t: 1 } });
  after.brokerDown();
  await using producer = new Producer({
    svc: 'a',
    outputTopics: 't',
    bootstrapServers: [before.bootstrapServers, after.bootstrapServers],
    kafkaConfig: { 'reconnect.backoff.max.ms': 200 },
    // The two clusters know nothing of each other's producer ids.
    kafkaProducerConfig: { 'enable.idempotence': false },
    logger: false,
  });
  const troubles = new EventEmitter();
  producer.on('producer.error', ({ error }) => troubles.emit(error.kafkaName, error));
  expect(await producer.produce({ id: null, payload: 'before' })).toMatchObject({ offset: 0 });
  const allDown = once(troubles, '_ALL_BROKERS_DOWN');
  await before.close();
  const produced = producer.produce({ id: null, payload: 'after' });
  expect(await allDown).toMatchObject([{ fatal: false, retriable: true }]);
  after.brokerUp();
  expect(await produced).toMatchObject({ offset: 0 });
});

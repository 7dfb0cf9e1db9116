// Before the first assignment: what keeps the group from starting is said after startTimeoutMs; a group that is only slow is waited for.
import { expect, test } from 'vitest';
import { Consumer, type ConsumerOptions } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, next, within, writeRaw } from '../support/consuming.js';

const startTimeoutMs = 700;
const start = (options: ConsumerOptions): Promise<void> =>
  within(
    12_000,
    new Consumer(options).process(() => undefined),
  );
/** Rejects no sooner than the time asked for, and not much later: the last look takes 2 s at most. */
async function expectFailure(options: ConsumerOptions, kafkaName: unknown, text = ''): Promise<void> {
  const startedMs = performance.now();
  await expect(start({ ...options, startTimeoutMs })).rejects.toMatchObject({
    code: 'KAFKA',
    kafkaName,
    message: expect.stringMatching(new RegExp(`no partitions were assigned within ${startTimeoutMs} ms.*${text}`)),
  });
  const tookMs = performance.now() - startedMs;
  expect(tookMs).toBeGreaterThanOrEqual(startTimeoutMs - 5);
  expect(tookMs).toBeLessThan(startTimeoutMs + 5_000);
}

test.concurrent('a topic that may not be read', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  broker.topicError('t', 'TOPIC_AUTHORIZATION_FAILED');
  await expectFailure(member(broker, { inputTopics: 't' }), 'TOPIC_AUTHORIZATION_FAILED', 'ACL');
});

test.concurrent('a topic that is not there', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  broker.topicError('t', 'UNKNOWN_TOPIC_OR_PART');
  await expectFailure(member(broker, { inputTopics: 't' }), 'UNKNOWN_TOPIC_OR_PART', '"t".*check the spelling');
});

test.concurrent('no broker runs: batches() says so too', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  broker.brokerDown();
  const options = member(broker, { inputTopics: 't' });
  await expectFailure(options, expect.stringMatching(/_TRANSPORT|_ALL_BROKERS_DOWN/));
  const first = new Consumer({ ...options, startTimeoutMs }).batches().next();
  await expect(within(10_000, first)).rejects.toMatchObject({ code: 'KAFKA' });
});

test.concurrent('a host name that does not exist', async () => {
  await expectFailure(member({ bootstrapServers: 'no-such-host.invalid:9092' }, { inputTopics: 't' }), '_RESOLVE', 'host names');
});

test.concurrent('a right that the group does not have', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  broker.failRequests('JoinGroup', Array(50).fill('GROUP_AUTHORIZATION_FAILED'));
  await expectFailure(member(broker, { inputTopics: 't' }), 'GROUP_AUTHORIZATION_FAILED', 'ACL READ');
});

test.concurrent('TLS asked of a port that speaks plaintext', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await expectFailure(member(broker, { inputTopics: 't', kafkaConfig: { 'security.protocol': 'ssl' } }), expect.any(String));
});

test.concurrent('a group that is only slow is waited for', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 }, groupJoinDelayMs: 1_000 });
  await writeRaw(broker, 't', [{ value: envelope(0) }]);
  const consumer = new Consumer(member(broker, { inputTopics: 't', startTimeoutMs: 300 }));
  await within(
    15_000,
    consumer.process(() => void consumer.close()),
  );
});

test.concurrent('a trouble that is over by then does not count', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 }, groupJoinDelayMs: 2 * startTimeoutMs });
  await writeRaw(broker, 't', [{ value: envelope(0) }]);
  broker.brokerDown();
  const consumer = new Consumer(member(broker, { inputTopics: 't', startTimeoutMs, kafkaConfig: { 'reconnect.backoff.max.ms': 100 } }));
  const trouble = next(consumer, 'consumer.error');
  const processed = consumer.process(() => void consumer.close());
  await trouble;
  broker.brokerUp();
  await within(15_000, processed);
});

test.concurrent('closed before, nothing is said', async () => {
  await using broker = await EmbeddedBroker.start();
  broker.brokerDown();
  const consumer = new Consumer(member(broker, { inputTopics: 't', startTimeoutMs, closeTimeoutMs: 500 }));
  const trouble = next(consumer, 'consumer.error');
  const processed = consumer.process(() => undefined);
  await trouble;
  await consumer.close().catch((error: unknown) => expect(error).toMatchObject({ code: 'TIMEOUT_CLOSE' }));
  await processed.catch((error: unknown) => expect(error).toMatchObject({ code: 'TIMEOUT_CLOSE' }));
});

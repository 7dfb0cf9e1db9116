import { expect, test } from 'vitest';
import { DeliveryError, KafkaException } from '../../../src/errors.js';
import { planRedrive, type RedriveOptions, redrive } from '../../../src/inspect/redrive.js';
import { fault } from '../engine/fakes.js';
import { fakeCluster } from './fake-cluster.js';
import { makeLetter } from './letters.js';

const TOPIC = 'quakes.dlq';
const options = (own: Partial<RedriveOptions> = {}): RedriveOptions => ({ topic: TOPIC, filter: {}, to: undefined, allow: [], ...own });
/** One letter for each topic, with the topic as its key. */
const lettersFrom = (topics: readonly string[]) =>
  topics.map((topic, offset) => {
    return makeLetter({ record: { offset, key: Buffer.from(topic) }, facts: { from: { topic, partition: 0, offset: 1 } } }).record;
  });
const letters = (count: number) => lettersFrom(Array.from({ length: count }, () => 'quakes'));
const DENIED = fault(29, 'TOPIC_AUTHORIZATION_FAILED');

test('an abort while the only page is read sends nothing', async () => {
  const cluster = fakeCluster({ [TOPIC]: letters(10), quakes: [] });
  const stop = new AbortController();
  let pages = 0;
  // The first one is the plan's.
  cluster.onPage = () => ++pages === 2 && stop.abort(new Error('Ctrl-C'));
  await expect(redrive(cluster, options({ signal: stop.signal }))).rejects.toThrow('Ctrl-C');
  expect(cluster.sent).toEqual([]);
});

test('an abort while a chunk is sent ends it before the next one', async () => {
  const cluster = fakeCluster({ [TOPIC]: letters(10), quakes: [] });
  const stop = new AbortController();
  cluster.onSend = () => stop.abort(new Error('Ctrl-C'));
  // Chunks of four, whose turns come within no time to speak of.
  await expect(redrive(cluster, options({ signal: stop.signal, rate: 16 }))).rejects.toThrow('Ctrl-C');
  // Each with its marker.
  expect(cluster.sent.map(({ length }) => length)).toEqual([8]);
});

test('an abort while a chunk turns out to be too large ends it before its halves', async () => {
  const cluster = fakeCluster({ [TOPIC]: letters(10), quakes: [] });
  const stop = new AbortController();
  const error = new KafkaException('KAFKA', 'too large', { kafkaCode: 10, kafkaName: 'MSG_SIZE_TOO_LARGE' });
  let sends = 0;
  cluster.onSend = () => {
    sends++;
    stop.abort(new Error('Ctrl-C'));
    const failed = [{ index: 0, message: null, error, persisted: 'no' as const }];
    throw new DeliveryError('DELIVERY_FAILED', 'failed', { delivered: [], failed });
  };
  await expect(redrive(cluster, options({ signal: stop.signal }))).rejects.toThrow('Ctrl-C');
  expect(sends).toBe(1);
});

test('only topics that something is to go to are looked up', async () => {
  const cluster = fakeCluster({ [TOPIC]: lettersFrom(['quakes', 'filtered', '__consumer_offsets']), quakes: [] });
  cluster.topicErrors.set('filtered', fault(-185, '_TIMED_OUT'));
  expect(await planRedrive(cluster, options({ filter: { key: 'quakes' } }))).toMatchObject({ messages: 1, staying: { filtered: 2 } });
  expect(await planRedrive(cluster, options({ to: 'other' }))).toMatchObject({ messages: 0, staying: { notAllowed: 3 } });
  expect(cluster.asked).toEqual(['quakes']);
  await expect(planRedrive(cluster, options())).rejects.toMatchObject({ kafkaName: '_TIMED_OUT' });
});

test('a topic that may not be described keeps its own letters, not the others', async () => {
  const cluster = fakeCluster({ [TOPIC]: lettersFrom(['quakes', 'secret']), quakes: [], secret: [] });
  cluster.topicErrors.set('secret', DENIED);
  const outcome = { messages: 1, staying: { denied: 1 }, refusedTopics: ['secret'] };
  expect(await planRedrive(cluster, options())).toMatchObject(outcome);
  expect(await redrive(cluster, options())).toMatchObject(outcome);
});

test('however many names there are, one of a topic that exists is never told as missing', async () => {
  const names = Array.from({ length: 1_300 }, (_, n) => `bogus-${n}`);
  const cluster = fakeCluster({ [TOPIC]: lettersFrom([...names, 'quakes', ...names.slice(0, 5)]), quakes: [] });
  const outcome = { messages: 1, staying: { noTopic: 1_305 } };
  expect(await planRedrive(cluster, options())).toMatchObject(outcome);
  expect(await redrive(cluster, options())).toMatchObject(outcome);
});

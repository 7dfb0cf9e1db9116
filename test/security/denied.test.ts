// What an ACL denies, to a user who may come in: reading a topic, writing one, knowing of one, joining a group.
import { expect, test } from 'vitest';
import { Consumer, Producer } from '../../src/index.js';
import { next, take, within } from '../support/consuming.js';
import { security, withPassword } from './support/doors.js';

const { denied } = security;
const bob = { ...withPassword('bob'), logger: false } as const;
const alice = { ...withPassword('alice'), logger: false } as const;
const startTimeoutMs = 2_500;
const SOON_MS = 8_000;

async function fill(topic: string): Promise<void> {
  await using producer = new Producer({ svc: 'a', outputTopics: topic, ...alice });
  await producer.produce({ id: 'x', payload: 1 });
}

test.for([denied.write, denied.all])('writing "%s" fails at once and names topic and right', async (topic) => {
  await fill(topic);
  await using producer = new Producer({ svc: 'b', outputTopics: topic, ...bob });
  await producer.connect();
  await expect(within(SOON_MS, producer.produce({ id: 'x', payload: 1 }))).rejects.toMatchObject({
    code: 'DELIVERY_FAILED',
    message: expect.stringMatching(new RegExp(`"${topic}".*ACL`)),
    cause: { code: 'KAFKA', kafkaName: 'TOPIC_AUTHORIZATION_FAILED', retriable: false },
  });
});

test.for([
  ['reading a topic', denied.read, 'g-denied-1', 'TOPIC_AUTHORIZATION_FAILED', /no-read:\d.*ACL.*topic/],
  ['knowing of a topic', denied.all, 'g-denied-2', 'TOPIC_AUTHORIZATION_FAILED', /ACL.*topic/],
  ['joining a group', denied.write, denied.group, 'GROUP_AUTHORIZATION_FAILED', /ACL READ for the group/],
] as const)('%s: process() rejects and names the right', async ([, inputTopics, groupId, kafkaName, advice]) => {
  await fill(inputTopics);
  const consumer = new Consumer({ groupId, inputTopics, startTimeoutMs, ...bob, kafkaConsumerConfig: { 'auto.offset.reset': 'earliest' } });
  await consumer.connect();
  const work = consumer.process(() => {
    throw new Error('read all the same');
  });
  await expect(within(startTimeoutMs + SOON_MS, work)).rejects.toMatchObject({
    code: 'KAFKA',
    kafkaName,
    message: expect.stringMatching(advice),
  });
});

test('reading a topic in which the group has positions: nothing but the fetch is denied, and process() rejects all the same', async () => {
  const [inputTopics, groupId, kafkaConsumerConfig] = [denied.read, 'g-denied-4', { 'auto.offset.reset': 'earliest' } as const];
  await fill(inputTopics);
  await take({ groupId, inputTopics, kafkaConsumerConfig, ...alice }, 1);
  const consumer = new Consumer({ groupId, inputTopics, startTimeoutMs, kafkaConsumerConfig, ...bob });
  const assigned = next(consumer, 'consumer.assigned');
  const work = consumer.process(() => {
    throw new Error('read all the same');
  });
  await Promise.all([
    assigned,
    expect(within(startTimeoutMs + SOON_MS, work)).rejects.toMatchObject({
      code: 'KAFKA',
      kafkaName: 'TOPIC_AUTHORIZATION_FAILED',
      message: expect.stringMatching(/no-read:\d.*Fetch.*ACL/),
    }),
  ]);
});

import { expect, test } from 'vitest';
import type { DeadLetter } from '../../../src/inspect/dead-letter.js';
import { aim, decide, type RedriveRules, type TargetState, toRedrivenRecord } from '../../../src/inspect/redrive-decision.js';
import { makeLetter } from './letters.js';

const rules = (own: Partial<RedriveRules> = {}): RedriveRules => ({ filter: {}, to: undefined, allow: [], ...own });
const topics: Readonly<Record<string, TargetState>> = {
  quakes: 4,
  other: 1,
  secret: 'denied',
  'quakes.dlq': 1,
  'quakes.dlq.redriven': 1,
  __consumer_offsets: 50,
};
const decideOn = (letter: DeadLetter, own?: Partial<RedriveRules>, isRedriven = false) =>
  decide(letter, rules(own), isRedriven, (topic) => topics[topic] ?? 'noTopic');
const from = (topic: string, partition = 1) => makeLetter({ facts: { from: { topic, partition, offset: 1 } } });

test('it goes back to its own topic and partition', () => {
  expect(decideOn(makeLetter())).toEqual({ send: true, to: 'quakes', partition: 1 });
  expect(decideOn(makeLetter(), { to: 'quakes' })).toEqual({ send: true, to: 'quakes', partition: 1 });
});

test('a partition that is not there any more is left to the partitioner, and so is that of another topic', () => {
  expect(decideOn(from('quakes', 4))).toEqual({ send: true, to: 'quakes', partition: undefined });
  expect(decideOn(makeLetter(), { to: 'other', allow: ['other'] })).toEqual({ send: true, to: 'other', partition: undefined });
});

test('another topic must be allowed', () => {
  expect(decideOn(makeLetter(), { to: 'other' })).toEqual({ send: false, why: 'notAllowed', to: 'other' });
  expect(decideOn(makeLetter(), { to: 'other', allow: ['quakes'] })).toEqual({ send: false, why: 'notAllowed', to: 'other' });
});

test("a header cannot send it into the dead-letter topic, its markers or Kafka's own topics, allowed or not", () => {
  for (const topic of ['quakes.dlq', 'quakes.dlq.redriven', '__consumer_offsets']) {
    expect(decideOn(from(topic), { allow: [topic] })).toEqual({ send: false, why: 'notAllowed', to: topic });
  }
});

test('what was sent stays, what is not meant stays, what has nowhere to go stays', () => {
  expect(decideOn(makeLetter(), {}, true)).toEqual({ send: false, why: 'redriven' });
  expect(decideOn(makeLetter(), { filter: { key: 'x' } }, true)).toEqual({ send: false, why: 'filtered' });
  expect(decideOn(from('gone'))).toEqual({ send: false, why: 'noTopic', to: 'gone' });
  expect(decideOn(from('secret'))).toEqual({ send: false, why: 'denied', to: 'secret' });
  expect(decideOn(makeLetter({ facts: null }))).toEqual({ send: false, why: 'unexplained' });
  expect(decideOn(makeLetter({ facts: null }), { to: 'other', allow: ['other'] })).toMatchObject({ send: true, to: 'other' });
});

test('a topic is aimed at only where a letter may and should go there', () => {
  expect(aim(makeLetter(), rules(), false)).toEqual({ to: 'quakes' });
  expect(aim(makeLetter(), rules({ filter: { key: 'x' } }), false)).toEqual({ send: false, why: 'filtered' });
  expect(aim(makeLetter(), rules(), true)).toEqual({ send: false, why: 'redriven' });
  expect(aim(makeLetter(), rules({ to: 'other' }), false)).toEqual({ send: false, why: 'notAllowed', to: 'other' });
});

test('the message is as it was, with one header that says which dead letter it was', () => {
  const own = [
    ['a', null],
    ['redriven.from', Buffer.from('older.dlq:0:1')],
    ['a', Buffer.from('2')],
  ] as const;
  const letter = makeLetter({ headers: own });
  expect(toRedrivenRecord(letter, 'quakes', 1)).toEqual({
    topic: 'quakes',
    partition: 1,
    key: Buffer.from('id-1'),
    value: Buffer.from('v'),
    headers: [own[0], own[2], ['redriven.from', Buffer.from('quakes.dlq:0:4')]],
  });
});

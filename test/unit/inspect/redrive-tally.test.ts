import { expect, test } from 'vitest';
import { RedriveTally } from '../../../src/inspect/redrive-tally.js';

test('what goes is counted by topic, what stays by reason, and refused topics are named', () => {
  const tally = new RedriveTally();
  tally.add({ send: true, to: 'a', partition: 0 });
  for (let n = 0; n < 2; n++) tally.add({ send: true, to: 'b', partition: undefined });
  tally.add({ send: false, why: 'redriven' });
  tally.add({ send: false, why: 'noTopic', to: 'gone' });
  tally.add({ send: false, why: 'noTopic', to: 'gone' });
  for (let n = 0; n < 200; n++) tally.add({ send: false, why: 'notAllowed', to: `t${n}` });
  const { refusedTopics, ...outcome } = tally.toOutcome('x.dlq');
  expect(outcome).toEqual({
    topic: 'x.dlq',
    messages: 3,
    targets: [
      { topic: 'b', messages: 2 },
      { topic: 'a', messages: 1 },
    ],
    staying: { redriven: 1, filtered: 0, unexplained: 0, notAllowed: 200, noTopic: 2, denied: 0, tooLarge: 0 },
  });
  expect(refusedTopics).toHaveLength(100);
});

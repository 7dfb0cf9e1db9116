import { expect, test } from 'vitest';
import { HandlerCalls } from '../../../src/consumer/handler-calls.js';
import { consumed } from '../../../src/testing/consumed.js';

const at = (partition: number) => consumed('id', 1, { topic: 't', partition });

test('a call is aborted when the last of its partitions is given away, with an error that says so', () => {
  const calls = new HandlerCalls('consumer of group "g"', {});
  const call = calls.begin(1, [at(0), at(1)]);
  const other = calls.begin(2, [at(2)]);
  calls.loseAllBut(({ partition }) => partition > 0);
  expect([call.isLost, call.signal.aborted]).toEqual([false, false]);
  calls.loseAllBut(({ partition }) => partition > 1);
  expect([call.isLost, call.signal.aborted]).toEqual([true, true]);
  expect(call.signal.reason).toMatchObject({
    code: 'KAFKA',
    kafkaName: '_ASSIGNMENT_LOST',
    fatal: false,
    message: expect.stringMatching(/group "g".*2 messages from t:0:/),
  });
  expect([other.isLost, other.signal.aborted]).toEqual([false, false]);
});

test('a call that has ended holds its messages no longer', () => {
  const calls = new HandlerCalls('consumer', {});
  const call = calls.begin(1, [at(0)]);
  calls.end(call);
  expect(call.messages).toEqual([]);
});

test('a stop aborts those that run and those that begin later, with its reason, and loses none', () => {
  const calls = new HandlerCalls('consumer', {});
  const running = calls.begin(1, [at(0)]);
  calls.stop('deploy');
  calls.stop('later');
  const late = calls.begin(1, [at(0)]);
  expect([running, late].map(({ signal, isLost }) => [signal.reason, isLost])).toEqual([
    ['deploy', false],
    ['deploy', false],
  ]);
});

test('a batch is running while one of its calls is; one that has ended hears nothing more', () => {
  const calls = new HandlerCalls('consumer', {});
  const [first, second] = [calls.begin(1, [at(0)]), calls.begin(1, [at(0)])];
  calls.end(first);
  expect(calls.isRunning(1)).toBe(true);
  calls.end(second);
  expect(calls.isRunning(1)).toBe(false);
  calls.loseAllBut(() => false);
  calls.stop('deploy');
  expect(first.signal.aborted).toBe(false);
});

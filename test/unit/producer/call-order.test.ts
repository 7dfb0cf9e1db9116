/** Batches go out in the order of the calls, also when what an earlier one waits for takes its time. */
import { expect, test } from 'vitest';
import { CallOrder } from '../../../src/producer/call-order.js';
import { gate } from '../../support/consuming.js';

test('what is ready is sent within the call', () => {
  const sent: string[] = [];
  void new CallOrder().send('a', async (it) => sent.push(it));
  expect(sent).toEqual(['a']);
});

test('a later call waits for an earlier one to be sent, not for its answer', async () => {
  const order = new CallOrder();
  const [slow, unanswered] = [gate(), gate()];
  const sent: string[] = [];
  const first = order.send(
    slow.opened.then(() => 'a'),
    async (it) => {
      sent.push(it);
      await unanswered.opened;
      return it;
    },
  );
  const second = order.send('b', async (it) => sent.push(it));
  expect([sent, order.waiting]).toEqual([[], 2]);
  slow.open();
  expect(await second).toBe(2);
  expect(sent).toEqual(['a', 'b']);
  unanswered.open();
  expect(await first).toBe('a');
  expect(order.waiting).toBe(0);
});

test('a call that fails holds up nobody, and fails only itself', async () => {
  const order = new CallOrder();
  const refused = order.send(Promise.reject(new Error('refused')), async () => 'never');
  const next = order.send('b', async (it) => it);
  await expect(refused).rejects.toThrow('refused');
  expect(await next).toBe('b');
});

test('calls that are given up reject, and are not sent when they are ready after all', async () => {
  const order = new CallOrder();
  const slow = gate();
  const sent: string[] = [];
  const call = order.send(
    slow.opened.then(() => 'a'),
    async (it) => sent.push(it),
  );
  await order.settled(1);
  expect(order.waiting).toBe(1);
  order.abandon(new Error('given up'));
  await expect(call).rejects.toThrow('given up');
  slow.open();
  await order.settled(1_000);
  expect(sent).toEqual([]);
});

import { expect, test } from 'vitest';
import { Emitter, PRODUCER_EVENTS, type ProducerEvents } from '../../src/events.js';

const open = () => {
  const faults: unknown[] = [];
  return { emitter: new Emitter<ProducerEvents>(PRODUCER_EVENTS, (event, error) => faults.push([event, error])), faults };
};

test('listeners are called in order, and an unsubscribed one no more', () => {
  const { emitter } = open();
  const calls: string[] = [];
  const first = emitter.on('producer.closed', () => void calls.push('first'));
  emitter.on('producer.closed', () => void calls.push('second'));
  emitter.emit('producer.closed', { timedOut: false });
  first();
  first();
  emitter.emit('producer.closed', { timedOut: false });
  expect(calls).toEqual(['first', 'second', 'second']);
});

test('one function subscribed twice is two subscriptions', () => {
  const { emitter } = open();
  let calls = 0;
  const listener = (): void => void calls++;
  const unsubscribe = emitter.on('producer.closed', listener);
  emitter.on('producer.closed', listener);
  unsubscribe();
  emitter.emit('producer.closed', { timedOut: false });
  expect(calls).toBe(1);
  expect(emitter.has('producer.closed')).toBe(true);
  expect(emitter.has('producer.log')).toBe(false);
});

test('a listener that throws or rejects is reported, and the others are still called', async () => {
  const { emitter, faults } = open();
  let called = 0;
  emitter.on('producer.closed', () => {
    throw new Error('thrown');
  });
  const rejecting: () => unknown = () => Promise.reject(new Error('rejected'));
  emitter.on('producer.closed', rejecting);
  emitter.on('producer.closed', () => void called++);
  emitter.emit('producer.closed', { timedOut: false });
  await Promise.resolve();
  expect(called).toBe(1);
  expect(faults).toMatchObject([
    ['producer.closed', { message: 'thrown' }],
    ['producer.closed', { message: 'rejected' }],
  ]);
});

test('a name that is not in the list is a UsageError that lists the names, and none is called error', () => {
  const { emitter } = open();
  expect(() => emitter.on('error' as never, () => undefined)).toThrow(expect.objectContaining({ code: 'USAGE_ARGUMENT' }));
  expect(PRODUCER_EVENTS).not.toContain('error');
});

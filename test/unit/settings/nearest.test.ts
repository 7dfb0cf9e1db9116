import { expect, test } from 'vitest';
import { findNearest } from '../../../src/settings/nearest.js';

const names = ['session.timeout.ms', 'socket.timeout.ms', 'batchSize', 'svc', 'acks'];

test.each([
  ['session.timout.ms', 'session.timeout.ms'],
  ['sesion.timeout', 'session.timeout.ms'],
  ['batchsize', 'batchSize'],
  ['batchSzie', 'batchSize'],
  ['SVC', 'svc'],
  ['ack', 'acks'],
])('%s was probably meant to be %s', (word, name) => {
  expect(findNearest(word, names)).toBe(name);
});

test('nothing near is nothing', () => {
  expect(findNearest('something.else.entirely', names)).toBeUndefined();
  expect(findNearest('x', [])).toBeUndefined();
});

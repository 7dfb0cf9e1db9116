import { expect, test } from 'vitest';
import { toKafkaException } from '../../../src/engine/faults.js';
import { Troubles } from '../../../src/engine/troubles.js';
import { fault } from './fakes.js';

const allDown = toKafkaException(fault(-187, '_ALL_BROKERS_DOWN'), { what: 'x' });
const refused = toKafkaException(fault(-195, '_TRANSPORT'), { what: 'x' });

test('"all brokers are down" is news once in ten seconds, every other trouble always', () => {
  const troubles = new Troubles();
  expect([0, 50, 9_999, 10_000, 10_050].map((nowMs) => troubles.note(allDown, nowMs))).toEqual([true, false, false, true, false]);
  expect([1, 2, 3].map((nowMs) => troubles.note(refused, nowMs))).toEqual([true, true, true]);
});

test('"all brokers are down" does not hide the reason that came before it, until that is a minute old', () => {
  const troubles = new Troubles();
  troubles.note(allDown, 0);
  expect(troubles.explanation).toBe(allDown);
  troubles.note(refused, 10);
  troubles.note(allDown, 60_010);
  expect(troubles.explanation).toBe(refused);
  troubles.note(allDown, 60_011);
  expect(troubles.explanation).toBe(allDown);
});

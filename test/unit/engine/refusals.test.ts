import { expect, test } from 'vitest';
import { toKafkaException } from '../../../src/engine/faults.js';
import { Refusals } from '../../../src/engine/refusals.js';
import { fault } from './fakes.js';

const error = (code: number, name: string) => toKafkaException(fault(code, name), { what: 'Testing' });
const ssl = error(-181, '_SSL');
const login = error(-169, '_AUTHENTICATION');
const allDown = error(-187, '_ALL_BROKERS_DOWN');
const transport = error(-195, '_TRANSPORT');
const denied = error(29, 'TOPIC_AUTHORIZATION_FAILED');

test('credentials are refused by all brokers alike: one is enough', () => {
  expect(new Refusals().judge(login)).toBe(login);
});

test("a certificate is one broker's: the others are waited for", () => {
  const refusals = new Refusals();
  expect(refusals.judge(ssl)).toBeUndefined();
  expect(refusals.judge(transport)).toBeUndefined();
  expect(refusals.judge(allDown)).toBe(ssl);
});

test('the order does not matter, and it is told again as long as it lasts', () => {
  const refusals = new Refusals();
  expect(refusals.judge(allDown)).toBeUndefined();
  expect(refusals.judge(ssl)).toBe(ssl);
  expect(refusals.judge(allDown)).toBe(ssl);
});

test('whoever was let in waits', () => {
  const refusals = new Refusals();
  refusals.judge(login);
  refusals.noteContact();
  expect([login, ssl, allDown].map((e) => refusals.judge(e))).toEqual([undefined, undefined, undefined]);
});

test('brokers that are down, and what is denied inside, are no refusal', () => {
  const refusals = new Refusals();
  expect([transport, allDown, denied].map((e) => refusals.judge(e))).toEqual([undefined, undefined, undefined]);
});

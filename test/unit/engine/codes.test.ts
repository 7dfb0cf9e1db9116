import { expect, test } from 'vitest';
import { CODE_ROWS } from '../../../src/engine/code-table.js';
import { codeOf, commitFate, hintFor, isRetriable, kindOf } from '../../../src/engine/codes.js';

test('every number and every name stands once in the table, with a source', () => {
  expect(new Set(CODE_ROWS.map(([code]) => code)).size).toBe(CODE_ROWS.length);
  expect(new Set(CODE_ROWS.map(([, name]) => name)).size).toBe(CODE_ROWS.length);
  expect(CODE_ROWS.filter(([, , , source]) => source === '')).toEqual([]);
});

test('the table is total: all of librdkafka 2.15 and all broker codes of Kafka 4.1', () => {
  const present = new Set(CODE_ROWS.map(([code]) => code));
  for (let code = 1; code <= 133; code++) expect(present, `broker code ${code}`).toContain(code);
  for (let code = -199; code <= -137; code++) expect(present, `local code ${code}`).toContain(code);
});

test('a commit refused because the group moved on is kept for the next assignment', () => {
  for (const name of ['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'STALE_MEMBER_EPOCH', 'FENCED_MEMBER_EPOCH']) {
    expect(commitFate(codeOf(name) as number), name).toBe('afterAssignment');
  }
});

test('a commit that met a moving coordinator is sent again, a forbidden one is permanent, a fenced one ends the consumer', () => {
  for (const name of ['NOT_COORDINATOR', 'COORDINATOR_LOAD_IN_PROGRESS', '_TRANSPORT', '_TIMED_OUT', '_WAIT_COORD']) {
    expect(commitFate(codeOf(name) as number), name).toBe('again');
  }
  expect(commitFate(codeOf('GROUP_AUTHORIZATION_FAILED') as number)).toBe('permanent');
  expect(commitFate(codeOf('OFFSET_METADATA_TOO_LARGE') as number)).toBe('permanent');
  expect(commitFate(codeOf('FENCED_INSTANCE_ID') as number)).toBe('fatal');
  expect(commitFate(codeOf('_STATE') as number)).toBe('drop');
});

test('an unknown number is unknown, not retriable and permanent', () => {
  expect([kindOf(31_000), isRetriable(31_000), commitFate(31_000), hintFor(31_000)]).toEqual(['unknown', false, 'permanent', undefined]);
});

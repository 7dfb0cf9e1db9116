/** Dead letters made by hand. */
import type { RawRecord } from '../../../src/consumer/raw-record.js';
import { type DeadLetter, toDeadLetter } from '../../../src/inspect/dead-letter.js';
import { type DeadLetterFacts, toDeadLetterHeaders } from '../../../src/message/dead-letter.js';
import type { Headers } from '../../../src/message/message.js';

export const FACTS: DeadLetterFacts = {
  from: { topic: 'quakes', partition: 1, offset: 17 },
  timestampMs: 5,
  groupId: 'ranker',
  svc: 'ranker',
  attempts: 3,
  error: { name: 'TypeError', message: 'no "x" in 4', stack: 'at x' },
  firstFailure: '2026-11-27T10:00:00.000Z',
  lastFailure: '2026-11-27T11:00:00.000Z',
};

export interface LetterParts {
  readonly record?: Partial<RawRecord>;
  /** null = headers that say nothing */
  readonly facts?: Partial<DeadLetterFacts> | null;
  readonly headers?: Headers;
}

export function makeLetter({ record = {}, facts = {}, headers = [] }: LetterParts = {}): DeadLetter {
  return toDeadLetter({
    topic: 'quakes.dlq',
    partition: 0,
    offset: 4,
    timestampMs: 9,
    key: Buffer.from('id-1'),
    value: Buffer.from('v'),
    headers: [...headers, ...(facts === null ? [] : toDeadLetterHeaders({ ...FACTS, ...facts }))],
    ...record,
  });
}

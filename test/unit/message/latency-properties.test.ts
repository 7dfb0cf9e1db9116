import { expect, test } from 'vitest';
import type { History, Ref } from '../../../src/message/history.js';
import { calcRefLatencies } from '../../../src/message/latency.js';
import { histories, holds, hostileHistories } from '../../support/properties.js';

const now = '2026-11-27T00:00:00Z';
const refTo = (hist: unknown): Ref => ({ topic: 't', partition: 0, offset: 1, key: null, hist: hist as History });

test('the stages of a sound history add up to its total, and the last one is ours', () => {
  holds([histories], (hist) => {
    const { stages, total } = calcRefLatencies('me', refTo(hist), null, { now });
    const sum = stages.reduce((seconds, stage) => seconds + stage.seconds, 0);
    expect(Math.abs(sum - total)).toBeLessThan(1e-3);
    expect(stages.at(-1)?.svc).toBe('me');
  });
});

test('a history of anything has latencies or a PayloadError, never another end', () => {
  const seen = new Set<string>();
  holds([hostileHistories], (hist) => {
    try {
      calcRefLatencies('me', refTo(hist), 'me', { now });
      seen.add('latencies');
    } catch (error) {
      seen.add('error');
      expect(error).toMatchObject({ name: 'PayloadError', code: 'PAYLOAD_BAD_TIME', position: { topic: 't', partition: 0, offset: 1 } });
    }
  });
  expect(seen.size).toBe(2);
});

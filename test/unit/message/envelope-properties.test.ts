import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packKafkaPayload } from '../../../src/message/envelope.js';
import type { History, Ref } from '../../../src/message/history.js';
import { LazyRef } from '../../../src/message/lazy-ref.js';
import { unpackKafkaPayload } from '../../../src/message/unpack.js';
import { histories, holds, hostileHistories, payloads, refs } from '../../support/properties.js';
import { countAll, hopsAsPython, lazy, originOf, packEnvelope } from './histories.js';

const position = { topic: 't', partition: 0, offset: 1 };
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test('what is packed is unpacked again: item, service and refs', () => {
  holds([fc.string(), payloads, fc.array(refs, { maxLength: 3 })], (svc, item, parents) => {
    const unpacked = unpackKafkaPayload({ ...position, key: null, value: packKafkaPayload(svc, item, parents) });
    expect(unpacked?.item).toEqual(asJson(item));
    expect(unpacked?.ref.hist).toMatchObject({ svc, refs: asJson(parents) });
  });
});

test('a history keeps to its budget and to Python, counts every hop it loses and keeps its origin', () => {
  holds(
    [fc.array(histories, { minLength: 1, maxLength: 3 }), fc.integer({ min: 2, max: 2_000 }), fc.boolean()],
    (parents, maxBytes, isConsumed) => {
      const given = parents.map((hist, offset) => toRef(hist, offset, isConsumed));
      const text = packEnvelope({ itemJson: '0', svc: 's', dt: 'now', refs: given, history: { maxBytes } });
      const { hist } = JSON.parse(text) as { hist: History };
      expect(Buffer.byteLength(JSON.stringify(hist.refs))).toBeLessThanOrEqual(maxBytes);
      expect(hopsAsPython(hist)).toBeLessThan(100);
      const whole: History = { svc: 's', dt: 'now', refs: parents.map((each, offset) => toRef(each, offset, false)) };
      // A ref that is cut counts as one hop also where it has no history of its own.
      expect(countAll(hist)).toBeGreaterThanOrEqual(countAll(whole));
      expect(countAll(hist)).toBeLessThanOrEqual(countAll(whole) + refsWithoutHistory(whole));
      if (hist.refs?.some((ref) => ref.hist !== null)) expect(originOf(hist)).toEqual(originOf(whole));
    },
  );
});

test('whatever a consumed history holds, a message made of it can be packed and read again', () => {
  holds([hostileHistories], (hist) => {
    const ref = new LazyRef('t', 0, 1, 'k', lazy(JSON.stringify(hist)), 0);
    const value = packKafkaPayload('s', 1, [ref]);
    expect(unpackKafkaPayload({ ...position, key: null, value })?.item).toBe(1);
  });
});

function refsWithoutHistory({ refs: parents }: History): number {
  return (parents ?? []).reduce((count, { hist }) => count + (hist === null ? 1 : refsWithoutHistory(hist)), 0);
}

function toRef(hist: History, offset: number, isConsumed: boolean): Ref {
  if (isConsumed) return new LazyRef('t', 0, offset, 'k', lazy(JSON.stringify(hist)), 0);
  return { topic: 't', partition: 0, offset, key: 'k', hist };
}

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { PayloadError } from '../../../src/errors.js';
import { packKafkaPayload } from '../../../src/message/envelope.js';
import { type BatchRef, formatBatchRef, formatKafkaRef } from '../../../src/message/format.js';
import type { Ref } from '../../../src/message/history.js';
import { calcRefLatencies } from '../../../src/message/latency.js';
import { findLatest } from '../../../src/message/latest-only.js';
import { unpackKafkaPayload } from '../../../src/message/unpack.js';

// Recorded from the Python library: what it read, wrote, formatted and timed.
interface Golden {
  readonly unpack: readonly {
    readonly name: string;
    readonly topic: string;
    readonly partition: number;
    readonly offset: number;
    readonly key: string;
    readonly value: string;
    readonly item?: unknown;
    readonly ref?: Ref;
    readonly formatted?: string;
    readonly original_error?: string;
  }[];
  readonly pack: readonly { readonly svc: string; readonly item: unknown; readonly refs: Ref[]; readonly packed_without_dt: unknown }[];
  readonly format_batch_ref: readonly { readonly batch_ref: BatchRef; readonly formatted: string }[];
  readonly calc_ref_latencies: readonly {
    readonly now: string;
    readonly this_svc: string;
    readonly ref: Ref;
    readonly target_svc: string | null;
    readonly stages: readonly [string, number][];
    readonly total: number;
  }[];
  readonly latest_only: readonly { readonly ids: readonly string[]; readonly kept_positions: readonly number[] }[];
}

const golden = JSON.parse(readFileSync(new URL('../../vectors/python-golden.json', import.meta.url), 'utf8')) as Golden;

test('no section of the vectors is silently empty or new', () => {
  const counts = Object.fromEntries(Object.entries(golden).map(([section, cases]) => [section, cases.length]));
  expect(counts).toEqual({ unpack: 24, pack: 8, format_batch_ref: 5, calc_ref_latencies: 10, latest_only: 4 });
});

/** What Python raised for each faulty value, as our code and byte. */
const faults: Readonly<Record<string, { code: string; byte: number }>> = {
  'no-item': { code: 'PAYLOAD_NO_ITEM', byte: 0 },
  'not-an-envelope': { code: 'PAYLOAD_NOT_AN_ENVELOPE', byte: 0 },
  'not-json': { code: 'PAYLOAD_NOT_JSON', byte: 9 },
  empty: { code: 'PAYLOAD_NOT_JSON', byte: 0 },
};

describe.each(golden.unpack)('unpack $name', (given) => {
  const { topic, partition, offset, key, value } = given;

  test.each([
    ['text', { topic, partition, offset, key, value }],
    ['bytes', { topic, partition, offset, key: Buffer.from(key), value: Buffer.from(value) }],
  ])('%s gives what Python read', (_form, record) => {
    if (given.original_error === undefined) {
      const unpacked = unpackKafkaPayload(record);
      expect(unpacked).toEqual({ item: given.item, ref: given.ref });
      expect(formatKafkaRef(unpacked?.ref as Ref)).toBe(given.formatted);
      return;
    }
    const fault = faults[given.name];
    expect(fault).toBeDefined();
    let thrown: unknown;
    try {
      unpackKafkaPayload(record);
    } catch (error) {
      thrown = error;
    }
    expect(thrown as PayloadError).toMatchObject({ name: 'PayloadError', ...fault, position: { topic, partition, offset } });
  });
});

test.each(golden.pack)('pack as $svc writes what Python wrote', ({ svc, item, refs, packed_without_dt }) => {
  const packed = JSON.parse(packKafkaPayload(svc, item, refs)) as { hist: { dt?: string } };
  expect(packed.hist.dt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  delete packed.hist.dt;
  expect(packed).toEqual(packed_without_dt);
});

test.each(golden.format_batch_ref)('format $formatted', ({ batch_ref, formatted }) => {
  expect(formatBatchRef(batch_ref)).toBe(formatted);
});

test.each(golden.calc_ref_latencies)('latencies of $ref.hist.svc from $target_svc', ({ now, this_svc, ref, target_svc, stages, total }) => {
  const expected = { stages: stages.map(([svc, seconds]) => ({ svc, seconds })), total };
  expect(calcRefLatencies(this_svc, ref, target_svc, { now })).toEqual(expected);
});

test.each(golden.latest_only)('latest only of $ids', ({ ids, kept_positions }) => {
  expect(findLatest(ids.map((id) => ({ topic: 't', partition: 0, id })))).toEqual(kept_positions);
});

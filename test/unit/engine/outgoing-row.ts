/** Reads what was packed for the engine, as the engine does. */
import { readHeaders } from '../../../src/engine/header-section.js';
import { OUT_FLAG } from '../../../src/engine/native.js';
import type { Headers } from '../../../src/message/message.js';

export interface OutgoingRow {
  readonly topic: number;
  readonly value: string | null;
  readonly key: string | null;
  readonly partition: number;
  readonly timestampMs: number;
  readonly headers: Headers;
}

/** `row`: the OUT_STRIDE numbers of one record. */
export function readOutgoingRow(slab: Buffer, row: Float64Array): OutgoingRow {
  const at = (column: number): number => row[column] as number;
  const flags = at(9);
  const text = (column: number, isLatin1 = false): string | null => {
    const [start, length] = [at(column), at(column + 1)];
    return length < 0 ? null : slab.toString(isLatin1 ? 'latin1' : 'utf8', start, start + length);
  };
  const value = text(1, (flags & OUT_FLAG.valueLatin1) !== 0);
  return {
    topic: at(0),
    value: value === null ? null : `${text(10)}${value}${text(12, (flags & OUT_FLAG.tailLatin1) !== 0)}`,
    key: text(3),
    partition: at(5),
    timestampMs: at(6),
    headers: readHeaders(slab, at(7), at(8)),
  };
}

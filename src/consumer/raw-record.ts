/** A record as bytes: what the low-level consumer hands over, and what readers without a group find. */

import type { BatchView } from '../engine/batch-view.js';
import type { Position } from '../errors.js';
import type { Headers } from '../message/message.js';

/** A record as it lies in the topic. */
export interface RawRecord extends Position {
  /** milliseconds since 1970, -1 when the broker gives none */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
}

/** Reads one row; everything in it is a copy. */
export function readRecord(view: BatchView, row: number, topic: string): RawRecord {
  const [partition, offset, timestampMs] = [view.partition(row), view.offset(row), view.timestampMs(row)];
  return { topic, partition, offset, timestampMs, key: view.rawKey(row), value: view.rawValue(row), headers: view.headers(row) };
}

/** How TypeScript reads a consumed batch: by row, straight from the slab; a string is made only when someone asks for it. */

import type { RawSource } from '../message/consumed-message.js';
import type { HistorySource } from '../message/lazy-ref.js';
import type { Headers } from '../message/message.js';
import { readHeaders } from './header-section.js';
import { FLAG, type NativeBatch, ROW, ROW_STRIDE } from './native.js';
import { type Slices, slices } from './slices.js';

/** One batch. Rows count from 0 to `count` - 1; bounds are trusted, since this runs for every message. */
export class BatchView implements HistorySource, RawSource {
  readonly id: number;
  readonly count: number;
  readonly #slab: Buffer;
  readonly #text: Slices;
  readonly #rows: Float64Array;

  constructor(batch: NativeBatch) {
    this.id = batch.id;
    this.count = batch.count;
    this.#slab = batch.slab;
    this.#text = slices(batch.slab);
    this.#rows = batch.rows;
  }

  topicId(row: number): number {
    return this.#column(row, ROW.topicId);
  }

  partition(row: number): number {
    return this.#column(row, ROW.partition);
  }

  offset(row: number): number {
    return this.#column(row, ROW.offset);
  }

  timestampMs(row: number): number {
    return this.#column(row, ROW.timestampMs);
  }

  /** the ownership epoch a commit of this row must name */
  epoch(row: number): number {
    return this.#column(row, ROW.epoch);
  }

  /** for truncation detection (KIP-320), sent back with a commit */
  leaderEpoch(row: number): number {
    return this.#column(row, ROW.leaderEpoch);
  }

  isTombstone(row: number): boolean {
    return this.#column(row, ROW.valueLength) < 0;
  }

  /** -1 for a tombstone */
  valueBytes(row: number): number {
    return this.#column(row, ROW.valueLength);
  }

  /** one of FAULT; 0 = sound */
  fault(row: number): number {
    return this.#column(row, ROW.fault);
  }

  /** the fault's byte in the original value */
  faultAt(row: number): number {
    return this.#column(row, ROW.faultAt);
  }

  /** The item's JSON text. Only for a sound row with a value. */
  itemText(row: number): string {
    return this.#valueText(row, this.#column(row, ROW.itemStart), this.#column(row, ROW.itemLength));
  }

  /** The history's JSON text, or null when the envelope has none. */
  historyText(row: number): string | null {
    const length = this.#column(row, ROW.histLength);
    return length < 0 ? null : this.#valueText(row, this.#column(row, ROW.histStart), length);
  }

  /** Bracket nesting of the history's text: about three levels a hop. */
  historyDepth(row: number): number {
    return this.#column(row, ROW.histDepth);
  }

  /** The message id: the key as text, or null when it is null or not UTF-8. */
  key(row: number): string | null {
    const length = this.#column(row, ROW.keyLength);
    const flags = this.#column(row, ROW.flags);
    if (length < 0 || (flags & FLAG.keyInvalid) !== 0) return null;
    const start = this.#column(row, ROW.keyStart);
    return (flags & FLAG.keyLatin1) !== 0 ? this.#text.latin1Slice(start, start + length) : this.#text.utf8Slice(start, start + length);
  }

  /** The key's original bytes, copied. */
  rawKey(row: number): Buffer | null {
    const latin1 = (this.#column(row, ROW.flags) & FLAG.keyLatin1) !== 0;
    return this.#raw(this.#column(row, ROW.keyStart), this.#column(row, ROW.keyLength), latin1);
  }

  /** The value's original bytes, copied. */
  rawValue(row: number): Buffer | null {
    const latin1 = (this.#column(row, ROW.flags) & FLAG.valueLatin1) !== 0;
    return this.#raw(this.#column(row, ROW.valueStart), this.#column(row, ROW.valueLength), latin1);
  }

  headers(row: number): Headers {
    return readHeaders(this.#slab, this.#column(row, ROW.headersStart), this.#column(row, ROW.headersLength));
  }

  #column(row: number, column: number): number {
    return this.#rows[row * ROW_STRIDE + column] as number;
  }

  #valueText(row: number, start: number, length: number): string {
    const latin1 = (this.#column(row, ROW.flags) & FLAG.valueLatin1) !== 0;
    return latin1 ? this.#text.latin1Slice(start, start + length) : this.#text.utf8Slice(start, start + length);
  }

  // The engine transcodes text that fits to Latin-1, because V8 reads that several times faster than UTF-8; the way back is exact.
  #raw(start: number, length: number, latin1: boolean): Buffer | null {
    if (length < 0) return null;
    if (latin1) return Buffer.from(this.#text.latin1Slice(start, start + length), 'utf8');
    return Buffer.from(this.#slab.subarray(start, start + length));
  }
}

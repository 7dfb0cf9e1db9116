/** How a batch to be produced is packed: texts and bytes into one Buffer, one row of numbers per record. Reused, since the engine copies it. */

import type { Headers } from '../message/message.js';
import { maxHeaderBytes, writeHeaders } from './header-section.js';
import { OUT_STRIDE } from './native.js';
import { type Slices, slices } from './slices.js';

/** Where and when a record goes, beside its key and value. */
export interface OutgoingRecord {
  /** undefined = the partitioner chooses by key */
  readonly partition?: number | undefined;
  /** milliseconds since 1970; undefined = now */
  readonly timestampMs?: number | undefined;
  readonly headers?: Headers | undefined;
}

const FIRST_BYTES = 64 * 1024;
const FIRST_ROWS = 64;
/** A slab that one huge batch has blown up beyond this is given back. */
const KEEP_BYTES = 8 * 1024 * 1024;
/** A UTF-16 unit takes at most three bytes in UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

export class OutgoingSlab {
  #slab: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #text: Slices = slices(this.#slab);
  #rows = new Float64Array(FIRST_ROWS * OUT_STRIDE);
  #used = 0;
  #count = 0;

  get slab(): Buffer {
    return this.#slab;
  }

  /** bytes in use */
  get used(): number {
    return this.#used;
  }

  get count(): number {
    return this.#count;
  }

  /** The rows in use, as a view that is valid until the next `clear`. */
  get rows(): Float64Array {
    return this.#rows.subarray(0, this.#count * OUT_STRIDE);
  }

  /** Empties the slab for the next batch; nothing of the last one is read any more. */
  clear(): void {
    this.#used = 0;
    this.#count = 0;
    if (this.#slab.length > KEEP_BYTES) this.#replace(Buffer.allocUnsafeSlow(FIRST_BYTES));
  }

  /** Appends one record. Text is encoded as UTF-8; a null value is a tombstone. */
  add(topicIndex: number, key: string | Uint8Array | null, value: string | Uint8Array | null, record: OutgoingRecord | undefined): void {
    const row = this.#nextRow();
    const rows = this.#rows;
    rows[row] = topicIndex;
    rows[row + 1] = this.#used;
    rows[row + 2] = this.#write(value);
    rows[row + 3] = this.#used;
    rows[row + 4] = this.#write(key);
    rows[row + 5] = record?.partition ?? -1;
    rows[row + 6] = record?.timestampMs ?? -1;
    rows[row + 7] = this.#used;
    rows[row + 8] = record?.headers === undefined ? 0 : this.#writeHeaders(record.headers);
  }

  #nextRow(): number {
    const row = this.#count++ * OUT_STRIDE;
    if (row + OUT_STRIDE > this.#rows.length) {
      const larger = new Float64Array(this.#rows.length * 2);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    return row;
  }

  /** Returns the number of bytes written, -1 for null. */
  #write(data: string | Uint8Array | null): number {
    if (data === null) return -1;
    const start = this.#used;
    if (typeof data === 'string') {
      this.#reserve(data.length * MAX_BYTES_PER_UNIT);
      this.#used += this.#text.utf8Write(data, start);
    } else {
      this.#reserve(data.length);
      this.#slab.set(data, start);
      this.#used += data.length;
    }
    return this.#used - start;
  }

  #writeHeaders(headers: Headers): number {
    this.#reserve(maxHeaderBytes(headers));
    const start = this.#used;
    this.#used = writeHeaders(this.#slab, start, headers);
    return this.#used - start;
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#slab.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#slab.length * 2, needed));
    larger.set(this.#slab.subarray(0, this.#used));
    this.#replace(larger);
  }

  #replace(slab: Buffer): void {
    this.#slab = slab;
    this.#text = slices(slab);
  }
}

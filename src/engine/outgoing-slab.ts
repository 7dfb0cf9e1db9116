/** How a batch to be produced is packed: texts and bytes into one Buffer, one row of numbers per record. Reused, since the engine copies it. */

import type { Headers } from '../message/message.js';
import { maxHeaderBytes, writeHeaders } from './header-section.js';
import { OUT_FLAG, OUT_STRIDE } from './native.js';
import { type Slices, slices } from './slices.js';

/** Where and when a record goes, beside its key and value. */
export interface OutgoingRecord {
  /** undefined = the partitioner chooses by key */
  readonly partition?: number | undefined;
  /** milliseconds since 1970; undefined = now */
  readonly timestampMs?: number | undefined;
  readonly headers?: Headers | undefined;
}

/** Bytes in the slab that several records share. */
export interface Shared {
  readonly start: number;
  readonly length: number;
}

/** What stands before and after a value. */
export interface Around {
  readonly head: Shared;
  /** text = this record's own */
  readonly tail: Shared | string;
}

/** Finds what does not fit into one byte a character. V8 answers at once for a string that it keeps in one byte a character: there the expression
 *  cannot match, and V8 knows. */
const WIDE = /[\u0100-\uffff]/;

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

  /** Writes bytes that records can have around their values; valid until the next `clear`. */
  share(text: string): Shared {
    return { start: this.#used, length: this.#write(text) };
  }

  /** Appends one record. Text is encoded as UTF-8; a null value is a tombstone. */
  add(topicIndex: number, key: string | Uint8Array | null, value: string | Uint8Array | null, record: OutgoingRecord | undefined): void {
    const row = this.#addRow(topicIndex, key, record);
    const rows = this.#rows;
    rows[row + 1] = this.#used;
    rows[row + 2] = this.#write(value);
    // The memory is used again: what an earlier record left in these columns would be read.
    rows.fill(0, row + 9, row + OUT_STRIDE);
  }

  /** Appends one record whose value is `text` with something around it: what is the same for all is written once, and the text itself as it lies
   *  in V8's memory, which is several times faster than making UTF-8 of it here. */
  addAround(topicIndex: number, key: string | null, text: string, { head, tail }: Around, record: OutgoingRecord | undefined): void {
    const row = this.#addRow(topicIndex, key, record);
    const [isLatin1, start] = [!WIDE.test(text), this.#used];
    const length = this.#writeText(text, isLatin1);
    const own = typeof tail === 'string';
    const isTailLatin1 = own && !WIDE.test(tail);
    const rows = this.#rows;
    rows[row + 1] = start;
    rows[row + 2] = length;
    rows[row + 9] = (isLatin1 ? OUT_FLAG.valueLatin1 : 0) | (isTailLatin1 ? OUT_FLAG.tailLatin1 : 0);
    rows[row + 10] = head.start;
    rows[row + 11] = head.length;
    rows[row + 12] = own ? this.#used : tail.start;
    rows[row + 13] = own ? this.#writeText(tail, isTailLatin1) : tail.length;
  }

  /** Everything of a row but its value. */
  #addRow(topicIndex: number, key: string | Uint8Array | null, record: OutgoingRecord | undefined): number {
    const row = this.#nextRow();
    const rows = this.#rows;
    rows[row] = topicIndex;
    rows[row + 3] = this.#used;
    rows[row + 4] = this.#write(key);
    rows[row + 5] = record?.partition ?? -1;
    rows[row + 6] = record?.timestampMs ?? -1;
    rows[row + 7] = this.#used;
    rows[row + 8] = record?.headers === undefined ? 0 : this.#writeHeaders(record.headers);
    return row;
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
    if (typeof data === 'string') return this.#writeText(data, false);
    this.#reserve(data.length);
    this.#slab.set(data, this.#used);
    this.#used += data.length;
    return data.length;
  }

  /** Returns the number of bytes written. */
  #writeText(text: string, isLatin1: boolean): number {
    this.#reserve(text.length * (isLatin1 ? 1 : MAX_BYTES_PER_UNIT));
    const length = isLatin1 ? this.#text.latin1Write(text, this.#used) : this.#text.utf8Write(text, this.#used);
    this.#used += length;
    return length;
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

/** Record headers as bytes, the same in both directions: repeated [u32 LE name length][name][i32 LE value length, -1 = null][value]. */

import { NO_HEADERS } from '../message/consumed-message.js';
import type { Headers } from '../message/message.js';
import { slices } from './slices.js';

/** Reads a section. Values are copies: keeping one does not keep a whole batch in memory. */
export function readHeaders(slab: Buffer, start: number, length: number): Headers {
  if (length === 0) return NO_HEADERS;
  const headers: (readonly [string, Buffer | null])[] = [];
  const end = start + length;
  let at = start;
  while (at < end) {
    const nameStart = at + 4;
    const nameEnd = nameStart + slab.readUInt32LE(at);
    const valueStart = nameEnd + 4;
    const valueLength = slab.readInt32LE(nameEnd);
    const name = slices(slab).utf8Slice(nameStart, nameEnd);
    headers.push([name, valueLength < 0 ? null : Buffer.from(slab.subarray(valueStart, valueStart + valueLength))]);
    at = valueStart + Math.max(valueLength, 0);
  }
  return headers;
}

/** How many bytes `writeHeaders` needs at most. */
export function maxHeaderBytes(headers: Headers): number {
  let bytes = 0;
  for (const [name, value] of headers) bytes += 8 + name.length * 3 + (value?.length ?? 0);
  return bytes;
}

/** Writes a section at `start` and returns its end. The room must be there. */
export function writeHeaders(slab: Buffer, start: number, headers: Headers): number {
  let at = start;
  for (const [name, value] of headers) {
    const nameBytes = slices(slab).utf8Write(name, at + 4);
    slab.writeUInt32LE(nameBytes, at);
    at += 4 + nameBytes;
    slab.writeInt32LE(value === null ? -1 : value.length, at);
    at += 4;
    if (value !== null) {
      slab.set(value, at);
      at += value.length;
    }
  }
  return at;
}

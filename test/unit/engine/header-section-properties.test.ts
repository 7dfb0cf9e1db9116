import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxHeaderBytes, readHeaders, writeHeaders } from '../../../src/engine/header-section.js';
import { headers, holds } from '../../support/properties.js';

test('headers come back as they were written, from any place in a slab and within the room that was asked for', () => {
  holds([headers, fc.nat(20)], (given, start) => {
    const room = maxHeaderBytes(given);
    const slab = Buffer.alloc(start + room + 5, 0xaa);
    const end = writeHeaders(slab, start, given);
    expect(end - start).toBeLessThanOrEqual(room);
    expect(readHeaders(slab, start, end - start)).toEqual(given);
    expect(slab.subarray(0, start).every((byte) => byte === 0xaa) && slab.subarray(end).every((byte) => byte === 0xaa)).toBe(true);
  });
});

/** Node's own string codecs on Buffer, which its type declarations leave out: no argument checks, no encoding lookup, one call per string. */

export interface Slices {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  /** bytes written */
  utf8Write(text: string, offset: number): number;
  /** bytes written: one a character, of which the low eight bits are kept */
  latin1Write(text: string, offset: number): number;
}

/** The same Buffer, seen with those methods. They are in every Node since 0.10 and used by `toString` and `write` themselves. */
export function slices(buffer: Buffer): Slices {
  return buffer as unknown as Slices;
}

/** Dead letters: keys, values and headers as JSON and as a line of text: whatever bytes they are, nothing is lost and nothing steers the terminal. */
import { isUtf8 } from 'node:buffer';
import type { Headers } from '../../index.js';
import { toPlainText } from '../plain-text.js';

/** Text where the bytes are UTF-8, so that the text has the same bytes again; else Base64. */
export type BytesJson = { readonly text: string } | { readonly base64: string } | null;

export function toBytesJson(bytes: Buffer | null): BytesJson {
  if (bytes === null) return null;
  return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') };
}

export function toHeadersJson(headers: Headers): readonly { readonly name: string; readonly value: BytesJson }[] {
  return headers.map(([name, value]) => ({ name, value: toBytesJson(value) }));
}

/** For people; bytes that are no text are shown as hexadecimal numbers. */
export function toBytesText(bytes: Buffer | null, maxLength: number): string {
  if (bytes === null) return '(null)';
  if (isUtf8(bytes)) return toPlainText(bytes.toString('utf8'), maxLength);
  return toPlainText(`(${bytes.length} bytes) ${bytes.subarray(0, maxLength).toString('hex')}`, maxLength);
}

/** Demo, input: lines of JSON as the messages to send, each bad line with its number and what is wrong with it. */
import { isUtf8 } from 'node:buffer';
import { type Line, readLines } from './lines.js';

/** What one line becomes. */
export interface Entry {
  readonly id: string;
  /** Any JSON. */
  readonly payload: unknown;
  /** Bytes of the line. */
  readonly bytes: number;
}

export interface BadLine {
  readonly number: number;
  readonly reason: string;
}

export interface Survey {
  readonly entries: number;
  readonly badLines: number;
  /** The first few. */
  readonly examples: readonly BadLine[];
}

/** Kafka takes 1,000,000 bytes a record by default; the envelope, the key and the history need some of them. */
const MAX_LINE_BYTES = 900_000;
/** The library reads values nested up to 1000 levels. */
const MAX_LEVELS = 900;
/** A longer one makes a poor key: the line's number is used instead. */
const MAX_ID_LENGTH = 1_000;
const BYTE_ORDER_MARK = '\ufeff';

/** Reads the whole file once: how much there is to do, and what cannot be used. @throws the file system's error */
export async function surveyFile(file: string, maxExamples: number): Promise<Survey> {
  let [entries, badLines] = [0, 0];
  const examples: BadLine[] = [];
  for await (const lines of readLines(file, MAX_LINE_BYTES)) {
    for (const line of lines) {
      const parsed = parseLine(line);
      if (parsed === null) continue;
      if (isEntry(parsed)) entries += 1;
      else if (++badLines <= maxExamples) examples.push(parsed);
    }
  }
  return { entries, badLines, examples };
}

/** The file's good lines, `repeat` times over; from the second time on the ids end in `#2`, `#3`, … so that no two are the same message. */
export async function* readEntries(file: string, repeat: number): AsyncGenerator<readonly Entry[]> {
  for (let pass = 1; pass <= repeat; pass++) {
    for await (const lines of readLines(file, MAX_LINE_BYTES)) {
      const entries = lines.map(parseLine).filter(isEntry);
      yield pass === 1 ? entries : entries.map((entry) => ({ ...entry, id: `${entry.id}#${pass}` }));
    }
  }
}

/** null for an empty line, which is no fault. */
export function parseLine({ number, bytes }: Line): Entry | BadLine | null {
  if (bytes === null) return { number, reason: `longer than ${MAX_LINE_BYTES} bytes, too large for a record` };
  if (!isUtf8(bytes)) return { number, reason: 'not UTF-8' };
  const text = toText(number, bytes);
  if (text.trim() === '') return null;
  if (isNestedDeeper(text, MAX_LEVELS)) return { number, reason: `nested more than ${MAX_LEVELS} levels deep` };
  try {
    const payload: unknown = JSON.parse(text);
    return { id: idOf(payload) ?? `line-${number}`, payload, bytes: bytes.length };
  } catch (error) {
    return { number, reason: `not JSON: ${(error as SyntaxError).message}` };
  }
}

function isEntry(parsed: Entry | BadLine | null): parsed is Entry {
  return parsed !== null && !('reason' in parsed);
}

function toText(number: number, bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return number === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

function idOf(payload: unknown): string | undefined {
  const id: unknown = (payload as { readonly id?: unknown } | null)?.id;
  if (typeof id === 'number') return String(id);
  return typeof id === 'string' && id !== '' && id.length <= MAX_ID_LENGTH ? id : undefined;
}

/** A string, as one piece, or a bracket outside of strings. */
const STRING_OR_BRACKET = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]/gs;

function isNestedDeeper(text: string, levels: number): boolean {
  if (text.length <= 2 * levels) return false;
  let depth = 0;
  for (const [piece] of text.matchAll(STRING_OR_BRACKET)) {
    if (piece === '[' || piece === '{') depth += 1;
    else if (piece === ']' || piece === '}') depth -= 1;
    if (depth > levels) return true;
  }
  return false;
}

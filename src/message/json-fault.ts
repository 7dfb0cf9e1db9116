/** Message layer: where a text stops being JSON and how deep it nests. V8 tells the first only in prose that changes between Node versions. */
import { isUtf8 } from 'node:buffer';

/** Deeper values are refused, by the engine too: Python's own limit is about the same, and JSON.stringify overflows the stack a few thousand
 *  levels on. */
export const MAX_JSON_DEPTH = 1000;

const WHITESPACE = /[ \t\n\r]*/y;
// Chunks, because one alternation over a megabyte string literal overflows the regular expression's stack.
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside a string.
const STRING_PART = /[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
/** As far as an escape sequence may go that is not whole. */
const ESCAPE_START = /\\(?:u[0-9a-fA-F]{0,3})?/y;
/** As far as a number may go; it is whole when it ends in a digit. */
const NUMBER_START = /-?(?:(?:0|[1-9][0-9]*)(?:\.(?:[0-9]+(?:[eE][+-]?[0-9]*)?)?|[eE][+-]?[0-9]*)?)?/y;
const DIGIT = /[0-9]/;
const LITERALS = ['true', 'false', 'null'] as const;

/** Index of the first character that cannot continue a JSON text (its length when it ends too early), or -1 when the text is JSON.
 *  Iterative: depth costs no stack. */
export function findJsonFault(text: string): number {
  const open: ('{' | '[')[] = [];
  let at = skip(WHITESPACE, text, 0);
  for (;;) {
    const value = readValue(text, at, open);
    at = value.at;
    if (value.fault) return at;
    if (value.opened) continue;
    const next = closeAndSeparate(text, at, open);
    if (next.done || next.fault) return next.fault ? next.at : next.at === text.length ? -1 : next.at;
    at = next.at;
  }
}

interface Step {
  readonly at: number;
  readonly fault?: boolean;
  readonly opened?: boolean;
  readonly done?: boolean;
}

/** One scalar, one empty container, or the opening of a container up to its first value. */
function readValue(text: string, at: number, open: ('{' | '[')[]): Step {
  const char = text[at];
  if (char === '{' || char === '[') {
    const inner = skip(WHITESPACE, text, at + 1);
    if (text[inner] === (char === '{' ? '}' : ']')) return { at: inner + 1 };
    open.push(char);
    return char === '{' ? { ...readName(text, inner), opened: true } : { at: inner, opened: true };
  }
  if (char === '"') return readString(text, at);
  for (const literal of LITERALS) {
    if (literal[0] === char) return readLiteral(text, at, literal);
  }
  const end = skip(NUMBER_START, text, at);
  return { at: end, fault: end === at || !DIGIT.test(text[end - 1] as string) };
}

/** What follows a value: closing brackets, then a comma and the next name. */
function closeAndSeparate(text: string, from: number, open: ('{' | '[')[]): Step {
  let at = skip(WHITESPACE, text, from);
  for (;;) {
    const inside = open.at(-1);
    if (inside === undefined) return { at, done: true };
    const char = text[at];
    if (char === ',') {
      const next = skip(WHITESPACE, text, at + 1);
      return inside === '{' ? readName(text, next) : { at: next };
    }
    if (char !== (inside === '{' ? '}' : ']')) return { at, fault: true };
    open.pop();
    at = skip(WHITESPACE, text, at + 1);
  }
}

/** `"name" :` up to the value. */
function readName(text: string, at: number): Step {
  const name = readString(text, at);
  if (name.fault) return name;
  const colon = skip(WHITESPACE, text, name.at);
  return text[colon] === ':' ? { at: skip(WHITESPACE, text, colon + 1) } : { at: colon, fault: true };
}

function readString(text: string, at: number): Step {
  if (text[at] !== '"') return { at, fault: true };
  let end = at + 1;
  for (;;) {
    const next = skip(STRING_PART, text, end);
    if (next === end) break;
    end = next;
  }
  return text[end] === '"' ? { at: end + 1 } : { at: skip(ESCAPE_START, text, end), fault: true };
}

function readLiteral(text: string, at: number, literal: string): Step {
  let length = 0;
  while (length < literal.length && text[at + length] === literal[length]) length++;
  return length === literal.length ? { at: at + length } : { at: at + length, fault: true };
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** Index of the bracket that opens one level too many, or -1. The text must be JSON. */
export function findDepthFault(text: string, maxDepth: number): number {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (inString) {
      if (char === 0x5c) at++;
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > maxDepth) return at;
    } else if (char === 0x7d || char === 0x5d) depth--;
  }
  return -1;
}

/** Byte at which a buffer stops being UTF-8 (the start of the faulty sequence), or -1 when all of it is.
 *  Bisects: a prefix is sound at every character boundary before the fault, and a boundary is never more than three bytes back. */
export function findUtf8Fault(bytes: Uint8Array): number {
  if (isUtf8(bytes)) return -1;
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (lastBoundary(bytes, middle) >= 0) low = middle;
    else high = middle - 1;
  }
  return lastBoundary(bytes, low);
}

/** The longest sound prefix that ends at most three bytes before `end`, or -1. */
function lastBoundary(bytes: Uint8Array, end: number): number {
  for (let at = end; at >= Math.max(0, end - 3); at--) {
    if (isUtf8(bytes.subarray(0, at))) return at;
  }
  return -1;
}

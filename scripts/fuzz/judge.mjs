/** What must become of any record, by JSON.parse and the envelope's rules alone: the judge over the engine's decoding and over message/json-fault.ts.
 *  Slow and plain on purpose; shares no code with what it judges. */

const MAX_DEPTH = 1000;
/** What may stand between a prefix and its closing brackets, if anything makes it JSON. */
const IN_STRING = ['"', 'n"', '0"', '00"', '000"', '0000"', 'u0000"'];
const OUTSIDE = [
  '',
  '0',
  '"":0',
  ':0',
  ...['true', 'false', 'null'].flatMap((word) => [1, 2, 3, 4].map((from) => word.slice(from))),
].filter((text, index, all) => all.indexOf(text) === index);

/** @typedef {'PAYLOAD_NOT_UTF8' | 'PAYLOAD_NOT_JSON' | 'PAYLOAD_TOO_DEEP' | 'PAYLOAD_NOT_AN_ENVELOPE' | 'PAYLOAD_NO_ITEM'} Code */
/** @typedef {{ kind: 'tombstone' } | { kind: 'message', payload: unknown, hist: unknown } | { kind: 'fault', code: Code, byte?: number }} Verdict
 *  `byte` is left out for PAYLOAD_NOT_JSON: ask `isJsonFaultAt` about the one that was told */

/** @param {Buffer | null} value @param {'envelope' | 'json'} format @returns {Verdict} */
export function judge(value, format) {
  if (value === null) return { kind: 'tombstone' };
  const bad = utf8FaultOf(value);
  if (bad >= 0) return { kind: 'fault', code: 'PAYLOAD_NOT_UTF8', byte: bad };
  const text = value.toString('utf8');
  const parsed = parse(text);
  if (parsed === undefined) return { kind: 'fault', code: 'PAYLOAD_NOT_JSON' };
  const deep = depthFaultOf(value);
  if (deep >= 0) return { kind: 'fault', code: 'PAYLOAD_TOO_DEEP', byte: deep };
  return format === 'json' ? { kind: 'message', payload: parsed.value, hist: null } : judgeEnvelope(parsed.value, text);
}

/** @param {unknown} value @param {string} text @returns {Verdict} */
function judgeEnvelope(value, text) {
  const byte = text.search(/[^ \t\n\r]/);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { kind: 'fault', code: 'PAYLOAD_NOT_AN_ENVELOPE', byte };
  const { item, hist = null } = /** @type {Record<string, unknown>} */ (value);
  return Object.hasOwn(value, 'item') ? { kind: 'message', payload: item, hist } : { kind: 'fault', code: 'PAYLOAD_NO_ITEM', byte };
}

/** A value is judged once for each format that it is read in. @type {WeakMap<Buffer, number>} */
const knownFaults = new WeakMap();

/** Is this the first byte with which the value cannot be JSON any more?
 *  @param {Buffer} value UTF-8 that is not JSON @param {number} byte */
export function isJsonFaultAt(value, byte) {
  if (knownFaults.has(value)) return knownFaults.get(value) === byte;
  const at = value.subarray(0, byte).toString('utf8').length;
  const isFault = isTextFaultAt(value.toString('utf8'), at);
  if (isFault) knownFaults.set(value, byte);
  return isFault;
}

/** The same for a text and an index. @param {string} text @param {number} at */
export function isTextFaultAt(text, at) {
  if (at < 0 || at > text.length || !isViable(text.slice(0, at))) return false;
  return at === text.length || !isViable(text.slice(0, at + 1));
}

/** Does some JSON text begin with this prefix? @param {string} prefix */
export function isViable(prefix) {
  const { inString, closing } = shapeOf(prefix);
  const fillers = inString ? IN_STRING.flatMap((end) => [end, `${end}:0`]) : OUTSIDE;
  return fillers.some((filler) => parse(prefix + filler + closing) !== undefined);
}

/** Is the end of the text inside a string, and which brackets are open there? @param {string} text */
function shapeOf(text) {
  let inString = false;
  /** @type {string[]} */
  const closing = [];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inString && char === '\\') at++;
    else if (char === '"') inString = !inString;
    else if (inString) continue;
    else if (char === '{' || char === '[') closing.push(char === '{' ? '}' : ']');
    else if (char === '}' || char === ']') closing.pop();
  }
  return { inString, closing: closing.reverse().join('') };
}

/** @param {string} text @returns {{ value: unknown } | undefined} */
function parse(text) {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined; // what JSON is not is the question here
  }
}

/** The start of the first sequence that is not UTF-8, by the table of RFC 3629, or -1. @param {Uint8Array} bytes */
export function utf8FaultOf(bytes) {
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return -1;
}

/** @param {Uint8Array} bytes @param {number} at @returns {number} 0 when no sound sequence begins here */
function sequenceLength(bytes, at) {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes.subarray(at, at + 4);
  const isTail = (/** @type {number} */ byte) => byte >= 0x80 && byte <= 0xbf;
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return isTail(second) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const low = first === 0xe0 ? 0xa0 : 0x80;
    const high = first === 0xed ? 0x9f : 0xbf; // no surrogates
    return second >= low && second <= high && isTail(third) ? 3 : 0;
  }
  if (first < 0xf0 || first > 0xf4) return 0;
  const low = first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high && isTail(third) && isTail(fourth) ? 4 : 0;
}

/** The byte of the bracket that opens one level too many, or -1. @param {Uint8Array} json */
function depthFaultOf(json) {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const char = String.fromCharCode(json[at] ?? 0);
    if (inString && char === '\\') at++;
    else if (char === '"') inString = !inString;
    else if (inString) continue;
    else if (char === '{' || char === '[') {
      if (++depth > MAX_DEPTH) return at;
    } else if (char === '}' || char === ']') depth--;
  }
  return -1;
}

/** One record and what the library made of it: throws where that is not what the judge says, with the record in a form that can be kept as a seed. */
import { isDeepStrictEqual } from 'node:util';
import { isJsonFaultAt, judge, utf8FaultOf } from './judge.mjs';

/** @typedef {import('./mutate.mjs').RawRecord} RawRecord */
/** @typedef {import('../../src/index.js').PayloadError} PayloadError */
/** @typedef {import('../../src/message/consumed-message.js').ConsumedMessage} ConsumedMessage */
/** @typedef {ConsumedMessage | PayloadError} Outcome */

/** @param {RawRecord} record @param {Outcome | undefined} outcome @param {{ format: 'envelope' | 'json', name: string }} context
 *  @returns {string} what came out, for counting */
export function compare(record, outcome, { format, name }) {
  const expected = judge(record.value, format);
  const got = kindOf(outcome);
  const want = expected.kind === 'fault' ? expected.code : expected.kind;
  if (got !== want) throw differs(record, name, `${want} was due, ${got} came`);
  if (outcome instanceof Error) compareFault(record, /** @type {PayloadError} */ (outcome), expected, name);
  else if (outcome !== undefined) compareMessage(record, outcome, expected, name);
  return got;
}

/** A record that cannot be read, and what lies in the dead letter for it. Headers that say why it is there follow its own.
 *  @param {RawRecord} record @param {Pick<import('../../src/index.js').RawRecord, 'value' | 'key' | 'headers'>} letter @param {{ offset: number, name: string }} context */
export function compareLetter(record, letter, { offset, name }) {
  const { value, key, headers } = letter;
  const own = headers.slice(0, record.headers.length);
  const from = headers.slice(record.headers.length).find(([header]) => header === 'dlq.offset')?.[1];
  if (from?.toString() !== String(offset)) throw differs(record, name, `its dead letter is of offset ${from}`);
  if (!isDeepStrictEqual([value, key, own], [record.value, record.key, record.headers]))
    throw differs(record, name, 'the dead letter differs');
}

/** @param {Outcome | undefined} outcome */
function kindOf(outcome) {
  if (outcome === undefined) return 'nothing';
  if (outcome instanceof Error) return String(outcome.code);
  return outcome.tombstone === true ? 'tombstone' : 'message';
}

/** @param {RawRecord} record @param {PayloadError} error @param {import('./judge.mjs').Verdict} expected @param {string} name */
function compareFault({ value, ...rest }, error, expected, name) {
  const { byte } = error;
  const due = 'byte' in expected ? expected.byte : undefined;
  const isExact = byte !== undefined && (due === undefined ? isJsonFaultAt(value ?? Buffer.alloc(0), byte) : byte === due);
  if (!isExact) throw differs({ value, ...rest }, name, `${error.message}: the byte is ${due ?? 'another'}`);
}

/** @param {RawRecord} record @param {ConsumedMessage} message @param {import('./judge.mjs').Verdict} expected @param {string} name */
function compareMessage(record, message, expected, name) {
  const same = (/** @type {string} */ what, /** @type {unknown} */ got, /** @type {unknown} */ want) => {
    if (!isDeepStrictEqual(got, want)) throw differs(record, name, `${what} differs`);
  };
  const id = record.key === null || utf8FaultOf(record.key) >= 0 ? null : record.key.toString('utf8');
  same('the id', message.id, id);
  same('the raw value', message.raw.value, record.value);
  same('the raw key', message.raw.key, record.key);
  same('the headers', message.headers, record.headers);
  if (expected.kind !== 'message') return;
  same('the payload', message.payload, expected.payload);
  same('the history', message.refs[0].hist, toHistory(expected.hist));
}

/** What a ref shows of `hist`: objects only, and of old data a single ref as a list of one. @param {unknown} hist @returns {unknown} */
function toHistory(hist) {
  if (!isObject(hist)) return null;
  const open = [hist];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (isObject(next.refs)) next.refs = [next.refs];
    for (const ref of Array.isArray(next.refs) ? next.refs : []) if (isObject(ref) && isObject(ref.hist)) open.push(ref.hist);
  }
  return hist;
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param {RawRecord} record @param {string} name @param {string} what */
function differs({ value, key, headers }, name, what) {
  const text = [value, key, ...headers.flat()].map((part) => (part === null ? 'null' : JSON.stringify(part.toString('latin1')))).join(' ');
  return new Error(`${name}: ${what}\nvalue, key, headers as Latin-1: ${text}`);
}

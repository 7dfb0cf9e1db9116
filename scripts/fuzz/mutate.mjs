/** Records as nobody should write them: sound seeds, changed at random but repeatably, so that a seed and a number name a record. */

/** @typedef {{ value: Buffer | null, key: Buffer | null, headers: [name: string, value: Buffer | null][] }} RawRecord */
/** @typedef {() => number} Random at least 0, below 1 */

const MAX_CHANGES = 4;
const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '"item":',
  '"hist":',
  '"\\u0069tem":1,',
  '"__proto__":{"a":1},',
  'null',
  'NaN',
  '-Infinity',
  '1e999',
  '-0',
  '0.',
  '9007199254740993',
  '\\ud800',
  '\\u12',
  '\\x',
  '\u0000',
  '\u001f',
  '\n',
  '\ufeff',
  '\u00ff',
  '\u2028',
  '日本',
  '😀',
  '['.repeat(1001),
  '{"a":'.repeat(300),
];
const BYTES = [0x00, 0x22, 0x2c, 0x5c, 0x7f, 0x80, 0xc0, 0xed, 0xf4, 0xff];

/** Numbers that look random and are the same for the same seed (mulberry32). @param {number} seed @returns {Random} */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {Random} random @param {readonly Buffer[]} seeds values to start from @returns {RawRecord} */
export function makeRecord(random, seeds) {
  const value = random() < 0.01 ? null : change(random, pick(random, seeds), seeds);
  const headers = Array.from({ length: random() < 0.5 ? 0 : below(random, 4) }, () => makeHeader(random));
  return { value, key: makeBytes(random), headers };
}

/** No NUL in a name: librdkafka hands names out as C strings, which end there. @param {Random} random @returns {[name: string, value: Buffer | null]} */
function makeHeader(random) {
  return [random() < 0.5 ? 'trace' : makeText(random).replaceAll('\0', ''), makeBytes(random)];
}

/** @param {Random} random */
function makeBytes(random) {
  const kind = random();
  if (kind < 0.2) return null;
  if (kind < 0.6) return Buffer.from(makeText(random));
  return Buffer.from(Array.from({ length: below(random, 12) }, () => below(random, 256)));
}

/** @param {Random} random */
function makeText(random) {
  const alphabet = pick(random, ['abc-1', 'éàÿ\u0080', '日本😀', '\u0000\u001b[2J"\\']);
  return Array.from({ length: below(random, 8) }, () => pick(random, [...alphabet])).join('');
}

/** @param {Random} random @param {Buffer} value @param {readonly Buffer[]} seeds */
function change(random, value, seeds) {
  let changed = value;
  for (let left = 1 + below(random, MAX_CHANGES); left > 0; left--) changed = changeOnce(random, changed, seeds);
  return changed;
}

/** @param {Random} random @param {Buffer} value @param {readonly Buffer[]} seeds @returns {Buffer} */
function changeOnce(random, value, seeds) {
  const at = below(random, value.length + 1);
  const end = Math.min(value.length, at + below(random, 12));
  const [before, cut, after] = [value.subarray(0, at), value.subarray(at, end), value.subarray(end)];
  const others = pick(random, seeds);
  switch (below(random, 7)) {
    case 0:
      return Buffer.concat([before, after]);
    case 1:
      return Buffer.concat([before, cut, cut, after]);
    case 2:
      return before;
    case 3:
      return Buffer.concat([before, Buffer.from(pick(random, TOKENS)), cut, after]);
    case 4:
      return Buffer.concat([before, Buffer.from(pick(random, TOKENS)), after]);
    case 5:
      return Buffer.concat([before, Buffer.from([pick(random, BYTES)]), after]);
    default:
      return Buffer.concat([before, others.subarray(below(random, others.length + 1))]);
  }
}

/** @param {Random} random @param {number} limit @returns {number} a whole number below the limit */
function below(random, limit) {
  return Math.floor(random() * limit);
}

/** @template T @param {Random} random @param {readonly T[]} from @returns {T} */
function pick(random, from) {
  return /** @type {T} */ (from[below(random, from.length)]);
}

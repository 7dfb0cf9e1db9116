/** Message layer: payloads to JSON text, refusing what JSON would lose in silence, before anything of the batch is sent. */
import { UsageError } from '../errors.js';
import { MAX_JSON_DEPTH } from './json-fault.js';

/** The envelope around the item is one level of its own. */
const MAX_ITEM_DEPTH = MAX_JSON_DEPTH - 1;

/** The payload as JSON text.
 *  Refused: undefined as the whole payload; functions, symbols, BigInts, cycles and more than 999 levels anywhere. As JSON.stringify does:
 *  undefined properties vanish, toJSON is respected, NaN and Infinity become null.
 *  JSON.stringify drops nested functions and symbols without a word. A replacer that looks for them costs 2.6 us on an item of 1.2 KB
 *  (4.1 us to stringify); the walk below costs 0.3 us, so it always runs.
 *  @param index the message's place in its batch, for the error text
 *  @throws UsageError naming index and path, e.g. `messages[3].payload.a[2].b is a BigInt` */
export function toItemJson(payload: unknown, index?: number): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(payload);
    // A false alarm of the walk (an inherited method, an own toJSON) is settled by the exact search.
    if (text !== undefined && (isClean(payload, 1) || findLoss(payload) === undefined)) return text;
  } catch (error) {
    cause = error;
  }
  throw refuse(payload, index, cause);
}

/** No function, no symbol and no excessive depth. */
function isClean(value: unknown, depth: number): boolean {
  if (typeof value !== 'object') return typeof value !== 'function' && typeof value !== 'symbol';
  if (value === null) return true;
  if (depth > MAX_ITEM_DEPTH) return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isClean(value[index], depth + 1)) return false;
    return true;
  }
  // for-in over Object.keys: half the time, and no array per object.
  for (const key in value) if (!isClean((value as Record<string, unknown>)[key], depth + 1)) return false;
  return true;
}

interface Loss {
  readonly path: string;
  readonly what: string;
}

interface Search {
  readonly ancestors: Set<object>;
  /** Objects already found sound: the same one met a thousand times is searched once. */
  readonly sound: WeakSet<object>;
}

/** The first value JSON cannot carry, found by the same rules by which JSON.stringify walks. */
function findLoss(payload: unknown): Loss | undefined {
  return lossAt(payload, '', '', { ancestors: new Set(), sound: new WeakSet() });
}

function lossAt(given: unknown, key: string, path: string, search: Search): Loss | undefined {
  const value = applyToJson(given, key);
  if (typeof value === 'bigint') return { path, what: 'is a BigInt (try a string, or Number() when it is below 2^53)' };
  if (typeof value === 'function' || typeof value === 'symbol') return { path, what: `is a ${typeof value}` };
  if (typeof value !== 'object' || value === null || search.sound.has(value)) return undefined;
  if (search.ancestors.has(value)) return { path, what: 'refers back to an object that contains it' };
  if (search.ancestors.size >= MAX_ITEM_DEPTH) return { path: '', what: `is nested more than ${MAX_ITEM_DEPTH} levels deep` };
  search.ancestors.add(value);
  for (const [name, child] of Object.entries(value)) {
    const loss = lossAt(child, name, path + (Array.isArray(value) ? `[${name}]` : toPathPart(name)), search);
    if (loss !== undefined) return loss;
  }
  search.ancestors.delete(value);
  search.sound.add(value);
  return undefined;
}

function applyToJson(value: unknown, key: string): unknown {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'bigint')) return value;
  const toJson = (value as { toJSON?: unknown }).toJSON;
  return typeof toJson === 'function' ? (toJson.call(value, key) as unknown) : value;
}

/** One step of a path as JavaScript would write it. */
export function toPathPart(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function refuse(payload: unknown, index: number | undefined, cause: unknown): UsageError {
  const place = index === undefined ? 'payload' : `messages[${index}].payload`;
  const loss = explain(payload, cause);
  return new UsageError('USAGE_PAYLOAD', `${place}${loss.path} ${loss.what}: JSON cannot carry it`, cause === undefined ? {} : { cause });
}

function explain(payload: unknown, cause: unknown): Loss {
  const unexplained = { path: '', what: cause === undefined ? 'is undefined' : 'cannot be turned into JSON (see cause)' };
  try {
    return findLoss(payload) ?? unexplained;
  } catch {
    // A getter or toJSON of the user's throws: that error is already the cause.
    return unexplained;
  }
}

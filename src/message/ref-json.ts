/** Message layer: refs to JSON text for an output. A consumed message's history is spliced in as the text it came in; only what would outgrow
 *  the budget or Python's limit is taken apart. */
import { UsageError } from '../errors.js';
import { isObject, PYTHON_MAX_HOPS, type Ref } from './history.js';
import { cutHistory } from './history-budget.js';
import { hasSingleRef, LazyRef } from './lazy-ref.js';

/** Hops below the one being written, so that the whole stays under Python's limit. */
export const MAX_REF_HOPS = PYTHON_MAX_HOPS - 2;

/** Default history budget, bytes of JSON. A straight line of 98 hops takes about 16 KB, so only wide fan-in is ever cut by it; and it is a
 *  fifteenth of Kafka's default record limit of 1 MB, so a history alone cannot make a message too large. */
export const DEFAULT_HISTORY_MAX_BYTES = 65_536;

export interface RefsJson {
  /** A JSON list. */
  readonly json: string;
  /** Hops that were cut to fit. */
  readonly dropped: number;
}

/** The refs as a JSON list of at most `maxBytes` (UTF-8), nested shallower than Python's limit.
 *  @param message the message's place in its batch, for the error text
 *  @throws UsageError when one is no ref or holds what JSON cannot carry */
export function toRefsJson(refs: readonly Ref[], maxBytes: number, message: number | undefined): RefsJson {
  const json = joinWhole(refs, maxBytes, message);
  if (json !== undefined) return { json, dropped: 0 };
  return asUsageError(message, () => cutHistory(refs, maxBytes, MAX_REF_HOPS));
}

/** All refs in full, or undefined when that does not fit. */
function joinWhole(refs: readonly Ref[], maxBytes: number, message: number | undefined): string | undefined {
  let json = '[';
  for (let index = 0; index < refs.length; index++) {
    const ref = refs[index] as Ref;
    if (!isRef(ref)) throw notARef(message, index);
    const text = LazyRef.is(ref) ? splice(ref) : writePlain(ref, maxBytes, message);
    if (text === undefined) return undefined;
    json += index === 0 ? text : `,${text}`;
    if (json.length > maxBytes) return undefined;
  }
  json += ']';
  // A UTF-16 unit is at most three bytes of UTF-8: counting is only needed near the budget.
  return json.length * 3 <= maxBytes || Buffer.byteLength(json) <= maxBytes ? json : undefined;
}

function isRef(ref: unknown): ref is Ref {
  return isObject(ref) && typeof ref.topic === 'string' && typeof ref.partition === 'number' && typeof ref.offset === 'number';
}

function notARef(message: number | undefined, index: number): UsageError {
  return new UsageError(
    'USAGE_ARGUMENT',
    `${toPlace(message)}.refs[${index}] is not a ref: expected { topic, partition, offset, key, hist }`,
  );
}

/** The consumed message's ref with its history's own text; undefined when that text cannot be passed on as it is. */
function splice(ref: LazyRef): string | undefined {
  const text = LazyRef.textOf(ref);
  // What is no object is no history either: it must not travel on.
  if (text?.startsWith('{') !== true) return `${shell(ref)}null}`;
  // Three levels a hop, and the last has at least one: never fewer hops than there are.
  if (Math.floor((LazyRef.depthOf(ref) + 2) / 3) > MAX_REF_HOPS || hasSingleRef(text)) return undefined;
  return `${shell(ref)}${text}}`;
}

let lastTopic = '';
let lastTopicJson = '""';

function shell(ref: LazyRef): string {
  // The refs of one batch share their topic.
  if (ref.topic !== lastTopic) {
    lastTopic = ref.topic;
    lastTopicJson = JSON.stringify(ref.topic);
  }
  return `{"topic":${lastTopicJson},"partition":${ref.partition},"offset":${ref.offset},"key":${JSON.stringify(ref.key)},"hist":`;
}

/** A ref of the user's making, unknown fields included. */
function writePlain(ref: Ref, maxBytes: number, message: number | undefined): string | undefined {
  // The least a hop can take is `{"refs":[{"hist":}]}`: more hops than this cannot fit, so a web of shared objects is not walked for ever.
  const room = { hops: Math.ceil(maxBytes / 20) };
  const hist = ref.hist ?? null;
  if (hist !== null && !fits(hist, MAX_REF_HOPS, room)) return undefined;
  return asUsageError(message, () => JSON.stringify({ ...ref, hist }));
}

/** Is the history at most `hops` deep, within the room, and in list form throughout? Also answers for cycles: they are too deep. */
function fits(hist: unknown, hops: number, room: { hops: number }): boolean {
  if (!isObject(hist) || hops === 0 || room.hops-- <= 0) return false;
  const refs = hist.refs;
  if (refs === null || refs === undefined) return true;
  if (!Array.isArray(refs)) return false;
  for (const ref of refs as readonly unknown[]) {
    if (!isObject(ref)) return false;
    const next = ref.hist;
    if (next !== null && next !== undefined && !fits(next, hops - 1, room)) return false;
  }
  return true;
}

function asUsageError<T>(message: number | undefined, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    throw new UsageError('USAGE_ARGUMENT', `${toPlace(message)}: a ref holds what JSON cannot carry (see cause)`, { cause });
  }
}

function toPlace(message: number | undefined): string {
  return message === undefined ? 'message' : `messages[${message}]`;
}

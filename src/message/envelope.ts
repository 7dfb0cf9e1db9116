/** Message layer: the way out: item and history into the one wire format that the Python services share. */
import { formatNow } from './datetime.js';
import type { Ref } from './history.js';
import { toItemJson } from './item-json.js';
import { DEFAULT_HISTORY_MAX_BYTES, toRefsJson } from './ref-json.js';

/** What stands around the item in an envelope. */
export interface HistoryParts {
  readonly svc: string;
  /** RFC 3339; one `formatNow()` serves a whole batch. */
  readonly dt: string;
  readonly refs: readonly Ref[] | null | undefined;
  readonly history?: { readonly maxBytes?: number | undefined } | undefined;
  /** The message's place in its batch, for error texts. */
  readonly index?: number | undefined;
}

/** A record's value is this, the item's JSON text, and an `envelopeTail`: `{"item": …, "hist": {"svc", "dt", "refs"[, "dropped"]}}`. */
export const ENVELOPE_HEAD = '{"item":';

/** The history as JSON text, from the comma after the item to the envelope's end.
 *  Shape: refs that are consumed messages' keep their history as the text it came in. What is written never has the 100 hops at which Python
 *  forgets a history.
 *  Units: history.maxBytes bytes of UTF-8 for the refs; default 65536. Beyond it the nearest hops and the origin stay and `dropped` counts
 *  the others.
 *  @throws UsageError when a ref holds what JSON cannot carry */
export function envelopeTail(parts: HistoryParts): string {
  const head = `,"hist":{"svc":${toSvcJson(parts.svc)},"dt":"${parts.dt}","refs":`;
  const { refs } = parts;
  if (refs === null || refs === undefined || refs.length === 0) return `${head}[]}}`;
  const { json, dropped } = toRefsJson(refs, parts.history?.maxBytes ?? DEFAULT_HISTORY_MAX_BYTES, parts.index);
  return dropped === 0 ? `${head}${json}}}` : `${head}${json},"dropped":${dropped}}}`;
}

/** A record's value, made now by `svc` out of `refs`.
 *  Shape: item anything JSON can carry; refs the messages it was made of, default none.
 *  @throws UsageError when JSON cannot carry the item or a ref
 *  @example await produce(raw, 'alerts', { key: 'id-1', value: packKafkaPayload('rank', item, [ref]) }) */
export function packKafkaPayload(svc: string, item: unknown, refs?: readonly Ref[] | null): string {
  return `${ENVELOPE_HEAD}${toItemJson(item)}${envelopeTail({ svc, dt: formatNow(), refs })}`;
}

let lastSvc = '';
let lastSvcJson = '""';

function toSvcJson(svc: string): string {
  // A process has one service name, nearly always.
  if (svc !== lastSvc) {
    lastSvc = svc;
    lastSvcJson = JSON.stringify(svc);
  }
  return lastSvcJson;
}

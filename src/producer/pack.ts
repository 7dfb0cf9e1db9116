/** Producing, step 1 of 3: messages become bytes and rows. Everything that can be wrong with a message is found here, before anything is sent. */

import type { OutgoingRecord, OutgoingSlab } from '../engine/outgoing-slab.js';
import { UsageError } from '../errors.js';
import { formatNow } from '../message/datetime.js';
import { ENVELOPE_HEAD, envelopeTail } from '../message/envelope.js';
import { toItemJson } from '../message/item-json.js';
import type { OutgoingMessage } from '../message/message.js';

/** What is the same for all messages of a producer. */
export interface Packing {
  readonly svc: string;
  readonly outputTopics: readonly string[];
  readonly history: { readonly maxBytes: number };
}

/** Packs a batch; `to` is the topic of messages that name none. A plain loop: this is the hot path of producing.
 *  @throws UsageError naming the index */
export function packMessages(slab: OutgoingSlab, messages: readonly OutgoingMessage[], to: string | undefined, packing: Packing): void {
  const { svc, history, outputTopics } = packing;
  const dt = formatNow();
  const head = slab.share(ENVELOPE_HEAD);
  const plainTail = slab.share(envelopeTail({ svc, dt, refs: undefined }));
  for (let index = 0; index < messages.length; index++) {
    const message = messages[index];
    if (typeof message !== 'object' || message === null) throw wrong(`messages[${index}]`, '{ id, payload }', message);
    const { id, record } = message;
    if (id !== null && typeof id !== 'string') throw wrong(`messages[${index}].id`, 'a string or null', id);
    if (record !== undefined) checkRecord(record, 'messages', index, '.record');
    const topic = topicIndex(index, message.to ?? to, outputTopics);
    if (message.tombstone === true) {
      slab.add(topic, id, null, record);
      continue;
    }
    const { refs } = message;
    if (refs !== undefined && refs !== null && !Array.isArray(refs)) throw wrong(`messages[${index}].refs`, 'a list', refs);
    const item = toItemJson(message.payload, index);
    const tail = refs === undefined || refs === null || refs.length === 0 ? plainTail : envelopeTail({ svc, dt, refs, history, index });
    slab.addAround(topic, id, item, { head, tail }, record);
  }
}

function topicIndex(index: number, to: string | undefined, outputTopics: readonly string[]): number {
  if (to === undefined) {
    if (outputTopics.length === 1) return 0;
    throw new UsageError(
      'USAGE_ARGUMENT',
      `messages[${index}] does not say where it goes: set \`to\` to one of ${outputTopics.join(', ')}`,
    );
  }
  const found = outputTopics.indexOf(to);
  if (found >= 0) return found;
  throw new UsageError(
    'USAGE_ARGUMENT',
    `messages[${index}] goes to ${JSON.stringify(to)}, which is not in outputTopics: ${outputTopics.join(', ')}`,
  );
}

/** Checks where, when and with which headers a record goes. `list[index]` and `path` say in an error where that was written. */
export function checkRecord(record: OutgoingRecord, list: string, index: number, path: string): void {
  const where = (field: string): string => `${list}[${index}]${path}${field}`;
  if (typeof record !== 'object' || record === null) throw wrong(where(''), 'an object', record);
  const { partition, timestampMs, headers } = record;
  if (partition !== undefined && !isCount(partition, 2 ** 31)) throw wrong(where('.partition'), 'an integer from 0', partition);
  if (timestampMs !== undefined && !isCount(timestampMs, 2 ** 53)) {
    throw wrong(where('.timestampMs'), 'whole milliseconds since 1970', timestampMs);
  }
  if (headers === undefined) return;
  if (!Array.isArray(headers)) throw wrong(where('.headers'), 'a list of [name, value]', headers);
  headers.forEach((header: unknown, at) => {
    const [name, value] = Array.isArray(header) ? (header as unknown[]) : [];
    if (typeof name === 'string' && (value === null || value instanceof Uint8Array)) return;
    throw wrong(where(`.headers[${at}]`), 'a pair of a string and a Buffer or null', header);
  });
}

function isCount(value: unknown, below: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < below;
}

export function wrong(where: string, expected: string, got: unknown): UsageError {
  return new UsageError('USAGE_ARGUMENT', `${where} must be ${expected}; got ${describe(got)}`);
}

// The type only: values may be private.
function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'an array' : typeof value === 'number' ? `the number ${value}` : `a value of type ${typeof value}`;
}

/** Hand-made engine objects: a batch from plain values, and a native client whose answers the test writes. */
import { FLAG, type NativeBatch, type NativeEvent, type NativeFault, ROW, ROW_STRIDE } from '../../../src/engine/native.js';

export interface FakeRow {
  readonly topicId?: number;
  readonly partition?: number;
  readonly offset?: number;
  readonly timestampMs?: number;
  readonly epoch?: number;
  readonly leaderEpoch?: number;
  readonly item?: string;
  readonly hist?: string | null;
  readonly histDepth?: number;
  readonly tombstone?: boolean;
  readonly key?: Buffer | string | null;
  readonly keyInvalid?: boolean;
  readonly headers?: Buffer;
  readonly fault?: number;
  readonly faultAt?: number;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of Latin-1 begins at 0
const LATIN1 = /^[\u0000-\u00ff]*$/;

/** Lays rows out as the engine does: Latin-1 where the text allows it, UTF-8 otherwise. */
export function fakeBatch(rows: readonly FakeRow[], id = 1): NativeBatch {
  const chunks: Buffer[] = [];
  const table = new Float64Array(rows.length * ROW_STRIDE);
  let used = 0;
  const append = (bytes: Buffer): number => {
    chunks.push(bytes);
    used += bytes.length;
    return used - bytes.length;
  };
  rows.forEach((row, index) => {
    const set = (column: number, value: number): void => {
      table[index * ROW_STRIDE + column] = value;
    };
    const before = '{"item":';
    const between = row.hist === undefined ? '' : ',"hist":';
    const value = `${before}${row.item ?? 'null'}${between}${row.hist ?? ''}}`;
    const latin1 = LATIN1.test(value);
    const bytes = (text: string): Buffer => Buffer.from(text, latin1 ? 'latin1' : 'utf8');
    const valueStart = append(bytes(value));
    const itemStart = valueStart + bytes(before).length;
    const itemLength = bytes(row.item ?? 'null').length;
    const hist = row.hist ?? null;
    const key = row.key === undefined ? null : row.key;
    const keyLatin1 = typeof key === 'string' && LATIN1.test(key);
    const keyBytes = typeof key === 'string' ? Buffer.from(key, keyLatin1 ? 'latin1' : 'utf8') : key;
    set(ROW.topicId, row.topicId ?? 0);
    set(ROW.partition, row.partition ?? 0);
    set(ROW.offset, row.offset ?? index);
    set(ROW.timestampMs, row.timestampMs ?? 0);
    set(ROW.valueStart, valueStart);
    set(ROW.valueLength, row.tombstone ? -1 : bytes(value).length);
    set(ROW.keyStart, keyBytes === null ? 0 : append(keyBytes));
    set(ROW.keyLength, keyBytes === null ? -1 : keyBytes.length);
    set(ROW.flags, (latin1 ? FLAG.valueLatin1 : 0) | (keyLatin1 ? FLAG.keyLatin1 : 0) | (row.keyInvalid ? FLAG.keyInvalid : 0));
    set(ROW.itemStart, itemStart);
    set(ROW.itemLength, itemLength);
    set(ROW.histStart, itemStart + itemLength + bytes(between).length);
    set(ROW.histLength, hist === null ? -1 : bytes(hist).length);
    set(ROW.histDepth, row.histDepth ?? 0);
    set(ROW.headersStart, row.headers === undefined ? 0 : append(row.headers));
    set(ROW.headersLength, row.headers?.length ?? 0);
    set(ROW.epoch, row.epoch ?? 1);
    set(ROW.leaderEpoch, row.leaderEpoch ?? -1);
    set(ROW.fault, row.fault ?? 0);
    set(ROW.faultAt, row.faultAt ?? 0);
  });
  return { id, count: rows.length, slab: Buffer.concat(chunks), rows: table };
}

export function fault(code: number, name: string, own: Partial<NativeFault> = {}): NativeFault {
  return { code, name, message: `${name} happened`, fatal: false, retriable: false, abortable: false, ...own };
}

/** A native client under the test's hand: `say` puts events in its mailbox and wakes the owner, as the engine would. */
export class FakeHandle {
  readonly closes: number[] = [];
  wake: () => void = () => undefined;
  #events: NativeEvent[] = [];

  say(...events: readonly NativeEvent[]): void {
    this.#events.push(...events);
    this.wake();
  }

  drain(): NativeEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  close(timeoutMs: number): void {
    this.closes.push(timeoutMs);
  }
}

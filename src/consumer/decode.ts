/** Consuming, step 2: rows become messages. Tombstones are skipped, a faulty row ends its partition's part of the batch. */

import type { BatchView } from '../engine/batch-view.js';
import { PayloadError } from '../errors.js';
import type { ConsumedMessage } from '../message/consumed-message.js';
import { findLatest } from '../message/latest-only.js';
import { Positions } from './positions.js';
import { type ReadOptions, type Row, readRow } from './read-row.js';

export interface DecodedBatch<T> {
  readonly messages: readonly ConsumedMessage<T>[];
  /** up to where each partition is done once the messages are handled */
  readonly positions: Positions;
  readonly tombstones: number;
  /** messages that a later one of the same id replaced (latestOnly) */
  readonly superseded: number;
  /** records that could not be read and were passed over (onInvalid: 'skip') */
  readonly invalid: number;
  /** the first faulty row, if there is one; its position is where its partition's commit ends */
  readonly fault: PayloadError | undefined;
}

export interface DecodeOptions extends ReadOptions {
  readonly latestOnly: boolean;
  readonly onInvalid: 'stop' | 'skip';
  /** told of each record that cannot be read; under 'stop' only of the first in each partition */
  onFault(error: PayloadError): void;
}

/** Each call parses and checks afresh, so no attempt sees what an earlier one did to its payloads. A promise only when a schema gave one.
 *  @throws HandlerError SCHEMA_THREW, also as a rejection */
export function decodeBatch<T>(view: BatchView, options: DecodeOptions): DecodedBatch<T> | Promise<DecodedBatch<T>> {
  const decoding = new Decoding<T>(view, options);
  const pending = decoding.goOn();
  return pending === undefined ? decoding.toBatch() : decodeLater(decoding, pending);
}

/** One row after the other: a schema is never asked about two at once. */
async function decodeLater<T>(decoding: Decoding<T>, first: Promise<Row<T>>): Promise<DecodedBatch<T>> {
  for (let pending: Promise<Row<T>> | undefined = first; pending !== undefined; pending = decoding.goOn()) decoding.settle(await pending);
  return decoding.toBatch();
}

/** The way through the rows, which stops where a schema makes it wait. */
class Decoding<T> {
  readonly #view: BatchView;
  readonly #options: DecodeOptions;
  readonly #positions = new Positions();
  readonly #messages: ConsumedMessage<T>[] = [];
  #row = 0;
  #tombstones = 0;
  #invalid = 0;
  #fault: PayloadError | undefined;

  constructor(view: BatchView, options: DecodeOptions) {
    this.#view = view;
    this.#options = options;
  }

  /** Reads rows up to the end, or up to one that is not known yet: that is to be awaited and handed to `settle`. */
  goOn(): Promise<Row<T>> | undefined {
    while (this.#row < this.#view.count) {
      if (this.#fault !== undefined && this.#positions.isStopped(this.#view, this.#row)) {
        this.#row++;
        continue;
      }
      const read = readRow<T>(this.#view, this.#row, this.#options);
      if (read instanceof Promise) return read;
      this.settle(read);
    }
    return undefined;
  }

  /** The current row is known; the next one is current. */
  settle(read: Row<T>): void {
    const row = this.#row++;
    if (read instanceof PayloadError) {
      this.#options.onFault(read);
      if (this.#options.onInvalid === 'stop') {
        this.#positions.stopAt(this.#view, row);
        this.#fault ??= read;
        return;
      }
      this.#invalid++;
    } else if (read === undefined) this.#tombstones++;
    else this.#messages.push(read);
    this.#positions.advance(this.#view, row);
  }

  toBatch(): DecodedBatch<T> {
    const all = this.#messages;
    const messages = this.#options.latestOnly ? findLatest(all).map((index) => all[index] as ConsumedMessage<T>) : all;
    return {
      messages,
      positions: this.#positions,
      tombstones: this.#tombstones,
      superseded: all.length - messages.length,
      invalid: this.#invalid,
      fault: this.#fault,
    };
  }
}

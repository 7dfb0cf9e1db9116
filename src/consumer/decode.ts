/** Consuming, step 2: rows become messages. Tombstones are skipped, a faulty row ends its partition's part of the batch. */

import type { BatchView } from '../engine/batch-view.js';
import { PayloadError } from '../errors.js';
import type { ConsumedMessage } from '../message/consumed-message.js';
import { findLatest } from '../message/latest-only.js';
import { Positions } from './positions.js';
import { type ReadOptions, type Row, readRow } from './read-row.js';
import { type RowSink, readRows } from './read-rows.js';

export interface DecodedBatch<T> {
  readonly messages: readonly ConsumedMessage<T>[];
  /** up to where each partition is done once the messages are handled */
  readonly positions: Positions;
  readonly tombstones: number;
  /** messages that a later one of the same id replaced (latestOnly) */
  readonly superseded: number;
  /** records that could not be read and were passed over (onInvalid: 'skip') */
  readonly invalid: number;
  /** the first faulty row of each partition that has one, in order; its position is where its partition's commit ends */
  readonly faults: readonly PayloadError[];
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
  const reading = readRows(view, decoding);
  return reading === undefined ? decoding.toBatch() : reading.then(() => decoding.toBatch());
}

class Decoding<T> implements RowSink<Row<T>> {
  readonly #view: BatchView;
  readonly #options: DecodeOptions;
  readonly #positions = new Positions();
  readonly #messages: ConsumedMessage<T>[] = [];
  #tombstones = 0;
  #invalid = 0;
  readonly #faults: PayloadError[] = [];

  constructor(view: BatchView, options: DecodeOptions) {
    this.#view = view;
    this.#options = options;
  }

  read(row: number): Row<T> | Promise<Row<T>> {
    return readRow<T>(this.#view, row, this.#options);
  }

  skips(row: number): boolean {
    return this.#faults.length > 0 && this.#positions.isStopped(this.#view, row);
  }

  settle(row: number, read: Row<T>): void {
    if (read instanceof PayloadError) {
      this.#options.onFault(read);
      if (this.#options.onInvalid === 'stop') {
        this.#positions.stopAt(this.#view, row);
        this.#faults.push(read);
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
      faults: this.#faults,
    };
  }
}

/** Consuming, step 2, the way through a batch's rows: one after the other, waiting only where a topic's schema is asynchronous. */

import type { BatchView } from '../engine/batch-view.js';
import { type ReadOptions, type Row, readRow } from './read-row.js';

/** Who makes something of the rows. */
export interface RowSink<T> {
  /** Is the row behind one that ended its partition's part of the batch? Then it is not read at all. */
  skips(row: number): boolean;
  settle(row: number, read: Row<T>): void;
}

/** Reads every row, in order; a schema is never asked about two at once. A promise only where a schema gave one: a promise a row would cost the loop its
 *  rate. @throws HandlerError SCHEMA_THREW, also as a rejection */
export function readRows<T>(view: BatchView, options: ReadOptions, sink: RowSink<T>): Promise<void> | undefined {
  const rows = new Rows<T>(view, options, sink);
  const pending = rows.goOn();
  return pending === undefined ? undefined : readLater(rows, pending);
}

async function readLater<T>(rows: Rows<T>, first: Promise<Row<T>>): Promise<void> {
  for (let pending: Promise<Row<T>> | undefined = first; pending !== undefined; pending = rows.goOn()) rows.settle(await pending);
}

class Rows<T> {
  readonly #view: BatchView;
  readonly #options: ReadOptions;
  readonly #sink: RowSink<T>;
  #row = 0;

  constructor(view: BatchView, options: ReadOptions, sink: RowSink<T>) {
    this.#view = view;
    this.#options = options;
    this.#sink = sink;
  }

  /** Reads up to the end, or up to a row that is not known yet: that is to be awaited and handed to `settle`. */
  goOn(): Promise<Row<T>> | undefined {
    while (this.#row < this.#view.count) {
      if (this.#sink.skips(this.#row)) {
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
    this.#sink.settle(this.#row++, read);
  }
}

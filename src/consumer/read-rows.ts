/** Consuming, step 2, the way through a batch's rows: one after the other, waiting only where a topic's schema is asynchronous. */

import type { BatchView } from '../engine/batch-view.js';

/** Who makes something of the rows. R: what is known of a row. */
export interface RowSink<R> {
  read(row: number): R | Promise<R>;
  /** Is the row behind one that ended its partition's part of the batch? Then it is not read at all. */
  skips(row: number): boolean;
  settle(row: number, read: R): void;
}

/** Reads every row, in order; a schema is never asked about two at once. A promise only where a schema gave one: a promise a row would cost the loop its
 *  rate. @throws HandlerError SCHEMA_THREW, also as a rejection */
export function readRows<R>(view: BatchView, sink: RowSink<R>): Promise<void> | undefined {
  const rows = new Rows<R>(view, sink);
  const pending = rows.goOn();
  return pending === undefined ? undefined : readLater(rows, pending);
}

async function readLater<R>(rows: Rows<R>, first: Promise<R>): Promise<void> {
  for (let pending: Promise<R> | undefined = first; pending !== undefined; pending = rows.goOn()) rows.settle(await pending);
}

class Rows<R> {
  readonly #view: BatchView;
  readonly #sink: RowSink<R>;
  #row = 0;

  constructor(view: BatchView, sink: RowSink<R>) {
    this.#view = view;
    this.#sink = sink;
  }

  /** Reads up to the end, or up to a row that is not known yet: that is to be awaited and handed to `settle`. */
  goOn(): Promise<R> | undefined {
    while (this.#row < this.#view.count) {
      if (this.#sink.skips(this.#row)) {
        this.#row++;
        continue;
      }
      const read = this.#sink.read(this.#row);
      if (read instanceof Promise) return read;
      this.settle(read);
    }
    return undefined;
  }

  /** The current row is known; the next one is current. */
  settle(read: R): void {
    this.#sink.settle(this.#row++, read);
  }
}

/** Consuming with a failure policy or concurrency: one record that is not done yet. It can be read again from its batch, as often as it is handled. */

import type { BatchView } from '../engine/batch-view.js';
import type { Position } from '../errors.js';
import type { Attempted, Failure } from '../handling/attempted.js';
import type { Letter } from '../handling/dead-letter.js';
import type { ConsumedMessage } from '../message/consumed-message.js';

export class Entry<T> implements Attempted {
  readonly view: BatchView;
  readonly row: number;
  readonly offset: number;
  /** where its payload was looked at when the batch came, or ahead of its call, for the first call only: no call sees what an earlier one did
   *  to a payload */
  message: ConsumedMessage<T> | undefined;
  /** earlier ones that this one replaced (latestOnly): they are done when it is */
  superseded: readonly Entry<T>[] | undefined;
  /** the one behind it in its lane, while both wait for their call */
  follower: Entry<T> | undefined;
  done = false;
  attempts = 0;
  failure: Failure | undefined;

  constructor(view: BatchView, row: number, message: ConsumedMessage<T> | undefined) {
    this.view = view;
    this.row = row;
    this.offset = view.offset(row);
    this.message = message;
  }

  /** the message's id */
  get id(): string | null {
    return this.view.key(this.row);
  }

  get valueBytes(): number {
    return this.view.valueBytes(this.row);
  }

  get leaderEpoch(): number {
    return this.view.leaderEpoch(this.row);
  }

  markDone(): void {
    this.done = true;
    for (const earlier of this.superseded ?? []) earlier.done = true;
  }

  /** The record as it came, and why it is parked. */
  toLetter(from: Position, failure: Failure): Letter {
    const { view, row, attempts } = this;
    return {
      from,
      timestampMs: view.timestampMs(row),
      key: view.rawKey(row),
      value: view.rawValue(row),
      headers: view.headers(row),
      attempts,
      failure,
    };
  }
}

/** Handling: which messages of one call the handler gave up by name (`context.fail`). */

import { HandlerError, type Position, UsageError } from '../errors.js';
import { describeCause } from '../message/cause.js';
import { formatPosition } from '../message/format.js';

const NONE: ReadonlyMap<number, HandlerError> = new Map();

export class FailureReport {
  readonly #messages: readonly Position[];
  /** made with the first failure: most calls have none */
  #failed: Map<number, HandlerError> | undefined;
  #closed = false;

  constructor(messages: readonly Position[]) {
    this.#messages = messages;
  }

  /** By index in the call's messages. */
  get failed(): ReadonlyMap<number, HandlerError> {
    return this.#failed ?? NONE;
  }

  /** The first error of a message stays. @throws UsageError for a message that is not of this call, and after the call has ended */
  add(message: Position, error: unknown): void {
    const where = describeMessage(message);
    if (this.#closed) {
      throw new UsageError('USAGE_ARGUMENT', `context.fail: ${where} came after its handler had ended, when it counted as done already`);
    }
    const index = this.#messages.findIndex((own) => own === message || isSame(own, message));
    if (index < 0) throw new UsageError('USAGE_ARGUMENT', `context.fail: ${where} is not one of the messages of this call`);
    this.#failed ??= new Map();
    if (this.#failed.has(index)) return;
    const { topic, partition, offset } = message;
    const text = `The handler failed ${where}: ${describeCause(error)}`;
    this.#failed.set(index, new HandlerError('HANDLER_FAILED', text, { cause: error, position: { topic, partition, offset } }));
  }

  /** The call has ended: what is reported later would change what is committed already. */
  close(): void {
    this.#closed = true;
  }
}

// A copy of a message is as good as the message: `{ ...message }` keeps where it lies.
function isSame(own: Position, other: Position): boolean {
  return own.offset === other?.offset && own.partition === other.partition && own.topic === other.topic;
}

function describeMessage(message: Position): string {
  return typeof message?.topic === 'string' ? formatPosition(message) : 'what was given';
}

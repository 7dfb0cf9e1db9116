/** Handling, the last way of a message that cannot be handled: the record as it was, and why it is here, published and acknowledged. */

import { kindOf } from '../engine/codes.js';
import { DeadLetterError, DeliveryError, KafkaException, type Position } from '../errors.js';
import { Emitter, PRODUCER_EVENTS, type ProducerEvents } from '../events.js';
import { stackOf, wordsOf } from '../message/cause.js';
import { type DeadLetterFacts, toDeadLetterHeaders } from '../message/dead-letter.js';
import { formatPosition } from '../message/format.js';
import type { Headers } from '../message/message.js';
import { BatchSender } from '../producer/batch-sender.js';
import type { ResolvedDeadLetter } from '../settings/failure-options.js';
import type { Logger } from '../settings/logger.js';
import type { OauthTokenProvider } from '../settings/oauth-token.js';
import type { Failure } from './attempted.js';

/** A record as it came, with what became of it. */
export interface Letter {
  readonly from: Position;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
  readonly attempts: number;
  readonly failure: Failure;
}

export interface DeadLettersOptions {
  /** for messages, e.g. `consumer of group "ranker"` */
  readonly name: string;
  readonly bootstrapServers: string;
  readonly groupId: string;
  readonly svc: string;
  readonly deadLetter: ResolvedDeadLetter;
  readonly oauthToken?: OauthTokenProvider | undefined;
  readonly logger: Logger;
}

/** Uncapped stacks grow past the message limit. Characters. */
const STACK_MAX = 8_192;
const MESSAGE_MAX = 4_096;
/** What is left of a message that makes its record too large. */
const MESSAGE_MIN = 256;

/** How much the reason may take: everything, no stack, hardly a message. */
const CUTS = [
  { stack: STACK_MAX, message: MESSAGE_MAX },
  { stack: 0, message: MESSAGE_MAX },
  { stack: 0, message: MESSAGE_MIN },
] as const;
type Cut = (typeof CUTS)[number];

/** How long closing waits for what was given up anyway: its positions are not committed. */
const CLOSE_MS = 1_000;

export class DeadLetters {
  readonly #options: DeadLettersOptions;
  #sender: BatchSender | undefined;
  #isClosed = false;

  /** Connects at the first letter. */
  constructor(options: DeadLettersOptions) {
    this.#options = options;
  }

  /** Resolves with where each letter lies, or why it is not there: same length and order. Never rejects because of the cluster. */
  async publish(letters: readonly Letter[]): Promise<readonly (Position | DeadLetterError)[]> {
    const results = await this.#send(letters, CUTS[0]);
    for (const [index, result] of results.entries()) {
      // By itself: what is too large may be so only beside others.
      if (isTooLarge(result)) results[index] = await this.#sendCut(letters[index] as Letter);
    }
    return results;
  }

  /** What is still under way is given up; it may lie in its topic all the same, and be parked once more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#giveUp();
  }

  async #giveUp(): Promise<void> {
    const sender = this.#sender;
    this.#sender = undefined;
    try {
      await sender?.close();
    } catch (error) {
      this.#options.logger.debug(
        { err: error },
        `Dead letters of the ${this.#options.name} were given up under way; they will be parked again`,
      );
    }
  }

  async #sendCut(letter: Letter): Promise<Position | DeadLetterError> {
    let result: Position | DeadLetterError | undefined;
    for (const cut of CUTS) {
      [result] = await this.#send([letter], cut);
      if (result !== undefined && !isTooLarge(result)) return result;
    }
    return result as DeadLetterError;
  }

  async #send(letters: readonly Letter[], cut: Cut): Promise<(Position | DeadLetterError)[]> {
    const names = letters.map(({ from }) => this.#options.deadLetter.topicOf(from.topic));
    const topics = [...new Set(names)];
    const fail = (index: number, cause: unknown): DeadLetterError => this.#toError(letters[index] as Letter, names[index] as string, cause);
    // One that turned out to be too large meanwhile: nobody would close what is opened for it.
    if (this.#isClosed) return letters.map((_, index) => fail(index, 'it was closed'));
    try {
      const deliveries = await this.#open().produce({
        messages: letters,
        topics,
        skipTooLarge: false,
        pack: (slab, batch) => {
          batch.forEach((letter, index) => {
            slab.add(topics.indexOf(names[index] as string), letter.key, letter.value, { headers: this.#headersOf(letter, cut) });
          });
        },
      });
      return deliveries.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
    } catch (error) {
      if (error instanceof DeliveryError) return merge(letters.length, error, fail);
      if (!(error instanceof KafkaException)) throw error;
      // A fatal error ends the client, not the parking.
      if (error.fatal) await this.#giveUp();
      return letters.map((_, index) => fail(index, error));
    }
  }

  #headersOf(letter: Letter, cut: Cut): Headers {
    const { groupId, svc } = this.#options;
    const { error, firstMs, lastMs } = letter.failure;
    const facts: DeadLetterFacts = {
      from: letter.from,
      timestampMs: letter.timestampMs,
      groupId,
      svc,
      attempts: letter.attempts,
      error: describe(error.code.startsWith('HANDLER_') ? error.cause : error, cut),
      firstFailure: new Date(firstMs).toISOString(),
      lastFailure: new Date(lastMs).toISOString(),
    };
    return [...letter.headers, ...toDeadLetterHeaders(facts)];
  }

  #toError({ from }: Letter, topic: string, cause: unknown): DeadLetterError {
    const { topic: source, partition, offset } = from;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const text = `Parking ${formatPosition(from)} in "${topic}" for the ${this.#options.name}: ${reason}; its partition waits`;
    return new DeadLetterError('DEAD_LETTER_FAILED', text, { cause, retriable: true, position: { topic: source, partition, offset } });
  }

  #open(): BatchSender {
    const { name, bootstrapServers, deadLetter, oauthToken, logger } = this.#options;
    this.#sender ??= new BatchSender({
      name: `dead letters of the ${name}`,
      bootstrapServers,
      config: deadLetter.config,
      oauthToken,
      closeTimeoutMs: CLOSE_MS,
      emitter: new Emitter<ProducerEvents>(PRODUCER_EVENTS, () => undefined),
      logger,
    });
    return this.#sender;
  }
}

function describe(error: unknown, cut: Cut): DeadLetterFacts['error'] {
  const words = wordsOf(error);
  if (words === undefined) return { name: typeof error, message: shorten(toText(error), cut.message) };
  const stack = cut.stack > 0 ? stackOf(error as object) : undefined;
  return {
    name: shorten(words.name, MESSAGE_MIN),
    message: shorten(words.message, cut.message),
    ...(stack === undefined ? {} : { stack: shorten(stack, cut.stack) }),
  };
}

// Whatever was thrown, also what cannot be made a text of.
function toText(thrown: unknown): string {
  return typeof thrown === 'string' || typeof thrown === 'number' || typeof thrown === 'boolean'
    ? String(thrown)
    : `a thrown ${typeof thrown}`;
}

function shorten(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}…`;
}

function isTooLarge(result: Position | DeadLetterError): boolean {
  return result instanceof DeadLetterError && result.cause instanceof KafkaException && kindOf(result.cause.kafkaCode) === 'tooLarge';
}

/** Deliveries come without the failed ones, in order. */
function merge(
  count: number,
  { delivered, failed }: DeliveryError,
  fail: (index: number, cause: unknown) => DeadLetterError,
): (Position | DeadLetterError)[] {
  const errors = new Map(failed.map(({ index, error }) => [index, error]));
  const rest = delivered.values();
  return Array.from({ length: count }, (_, index) => {
    const error = errors.get(index);
    if (error !== undefined) return fail(index, error);
    const { topic, partition, offset } = rest.next().value as Position;
    return { topic, partition, offset };
  });
}

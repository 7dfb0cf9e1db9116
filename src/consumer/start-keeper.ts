/** Consuming: answers the engine's question where new partitions start, asks again while the cluster cannot tell, and tells every reset. */

import { kindOf } from '../engine/codes.js';
import type { NativePartition } from '../engine/native.js';
import { isPhqKafkaError, KafkaException, type Position } from '../errors.js';
import type { ConsumerEvents, Emitter } from '../events.js';
import type { Logger } from '../settings/logger.js';
import type { Assignment } from './assignment.js';
import type { OffsetQuestions } from './offset-questions.js';
import { decideStarts, type Reset, type StartPolicy } from './start.js';

export interface StartKeeperOptions {
  readonly name: string;
  readonly policy: StartPolicy;
  readonly assignment: Assignment;
  readonly offsets: OffsetQuestions;
  readonly emitter: Emitter<ConsumerEvents>;
  readonly logger: Logger;
}

/** The wait before a question about offsets is repeated. */
const ASK_AGAIN_MS = 500;

export class StartKeeper {
  readonly #options: StartKeeperOptions;
  /** the engine's question that is being answered; 0 = none */
  #question = 0;
  /** told once the engine has taken the answer */
  #resets: readonly Reset[] = [];

  constructor(options: StartKeeperOptions) {
    this.#options = options;
  }

  /** Answers the question, unless it is over before. @throws KafkaException when the cluster refuses for good */
  async answer(question: number, partitions: readonly NativePartition[], generation: number): Promise<void> {
    const { assignment, offsets, policy } = this.#options;
    this.#question = question;
    while (this.#question === question) {
      try {
        const starts = await decideStarts(partitions, generation, policy, offsets);
        if (this.#question !== question) return;
        this.#resets = starts.resets;
        return assignment.answer(question, partitions, starts);
      } catch (error) {
        if (this.#question !== question) return;
        // Without an answer nothing is fetched, so nothing is lost by asking again.
        if (!isTransient(error)) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  /** The partitions are assigned, or the member leaves; `answered`: with our answer. */
  end(answered: boolean): void {
    this.#question = 0;
    for (const reset of answered ? this.#resets : []) this.#tell(reset);
    this.#resets = [];
  }

  /** librdkafka found the position unreadable and has gone to the beginning. */
  async tellOutOfRange({ topic, partition, offset }: Position): Promise<void> {
    const { logger, name, offsets } = this.#options;
    try {
      const [mark] = await offsets.watermarks([{ topic, partition }]);
      if (mark === undefined) return;
      const count = Math.max(0, mark.low - offset);
      this.#tell({ topic, partition, offset: mark.low, from: offset, to: mark.low, count, reason: 'out-of-range' });
    } catch (error) {
      // Only how much was lost stays unknown.
      logger.warn({ err: error, topic, partition, from: offset }, `The ${name} goes on at the beginning of ${topic}:${partition}`);
    }
  }

  #tell(reset: Reset): void {
    const { emitter, logger, name } = this.#options;
    const { topic, partition, from, to, count, reason } = reset;
    const text = `The ${name} starts ${topic}:${partition} at ${to} (${reason}), passing over ${count} messages`;
    if (reason === 'first-start' && count === 0) logger.info({ from, to, count }, text);
    else logger.warn({ from, to, count }, text);
    emitter.emit('consumer.reset', reset);
  }
}

/** May the same question have an answer later? In a rebalance the coordinator knows neither the member nor its epoch for a moment. */
function isTransient(error: unknown): boolean {
  if (!isPhqKafkaError(error)) return false;
  return error.retriable || (error instanceof KafkaException && kindOf(error.kafkaCode) === 'rejoin');
}

/** Consuming, before the first assignment: what keeps the group from starting is said after startTimeoutMs; a group that is only slow is waited for. */

import { kindOf } from '../engine/codes.js';
import { toKafkaException } from '../engine/faults.js';
import type { MetadataJson } from '../engine/native.js';
import { KafkaException } from '../errors.js';

export interface StartWatchOptions {
  /** for messages, e.g. `consumer of group "ranker"` */
  readonly name: string;
  readonly topics: readonly string[];
  readonly startTimeoutMs: number;
  /** the latest trouble with the cluster that names a reason */
  lastError(): KafkaException | undefined;
  metadata(topic: string | null, timeoutMs: number): Promise<MetadataJson>;
  onFailure(error: KafkaException): void;
}

/** The last look at the cluster, after startTimeoutMs, may take this long. */
const LOOK_MS = 2_000;

export class StartWatch {
  readonly #options: StartWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  /** Starts the clock. */
  constructor(options: StartWatchOptions) {
    this.#options = options;
    this.#arm();
  }

  /** Partitions were assigned, or the run ends. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    this.#timer = setTimeout(() => void this.#look(), this.#options.startTimeoutMs);
  }

  async #look(): Promise<void> {
    const obstacle = await this.#findObstacle();
    if (this.#ended) return;
    if (obstacle === undefined) this.#arm();
    else this.#options.onFailure(this.#explain(obstacle));
  }

  /** An error heard earlier may be over, and a missing topic is told only once: so the cluster is asked now. */
  async #findObstacle(): Promise<KafkaException | undefined> {
    const { lastError, topics, metadata } = this.#options;
    const heard = lastError();
    if (heard !== undefined && kindOf(heard.kafkaCode) === 'security') return heard;
    const names = topics.filter((topic) => !topic.startsWith('^'));
    try {
      const answers = await Promise.all((names.length > 0 ? names : [null]).map((name) => metadata(name, LOOK_MS)));
      return findTopicFault(answers);
    } catch (error) {
      // A request that timed out explains less than the refused connection behind it.
      return lastError() ?? (error instanceof KafkaException ? error : undefined);
    }
  }

  #explain(error: KafkaException): KafkaException {
    const { name, startTimeoutMs } = this.#options;
    const text = `Starting the ${name}: no partitions were assigned within ${startTimeoutMs} ms (startTimeoutMs); ${error.message}`;
    const { kafkaCode, kafkaName, retriable } = error;
    return new KafkaException('KAFKA', text, { kafkaCode, kafkaName, retriable, cause: error });
  }
}

/** A topic that is not there, or that we may not read; one without a leader only needs time. */
function findTopicFault(answers: readonly MetadataJson[]): KafkaException | undefined {
  for (const { name, error } of answers.flatMap(({ topics }) => topics)) {
    if (error !== null && ['missing', 'security', 'refused'].includes(kindOf(error.code))) {
      return toKafkaException(error, { what: `Reading topic "${name}"` });
    }
  }
  return undefined;
}

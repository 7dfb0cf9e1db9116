/** Inspecting, `list`: reads a dead-letter topic from end to end, a page at a time, and says what is where and why. */

import type { Position } from '../errors.js';
import type { Cluster } from './cluster.js';
import { type DeadLetter, positionOf, toDeadLetter } from './dead-letter.js';
import { type ErrorGroup, ErrorGroups } from './error-groups.js';
import { type LetterFilter, matches, narrow } from './letter-filter.js';
import { readMarkers } from './markers.js';
import { readTopicId } from './topic-id.js';

export interface TopicListing {
  readonly topic: string;
  /** records that were looked at */
  readonly records: number;
  /** of them, those that have been sent back already */
  readonly redriven: number;
  readonly groups: readonly ErrorGroup[];
  /** Records whose headers do not say where they came from. */
  readonly unexplained: { readonly records: number; readonly example: Position | null };
}

export interface ListOptions {
  readonly filter?: LetterFilter | undefined;
  readonly signal?: AbortSignal | undefined;
  /** records looked at, of how many offsets: there may be fewer records */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** What the topic holds now; what comes while it is read is left out, so it ends on a topic that is written to.
 *  @throws KafkaException UNKNOWN_TOPIC_OR_PART when there is no such topic */
export async function listDeadLetters({ reader, admin }: Cluster, topic: string, options: ListOptions = {}): Promise<TopicListing> {
  const { filter = {}, signal, onProgress } = options;
  const ranges = narrow(await reader.ranges(topic), filter.positions);
  const markers = await readMarkers(reader, topic, await readTopicId(admin, topic), signal);
  const total = ranges.reduce((sum, { from, until }) => sum + until - from, 0);
  const listing = new Listing();
  let seen = 0;
  for await (const page of reader.pages(ranges, signal)) {
    seen += page.length;
    for (const record of page) {
      const letter = toDeadLetter(record);
      if (matches(letter, filter)) listing.add(letter, markers.has(record));
    }
    onProgress?.(seen, total);
  }
  return { topic, ...listing.result };
}

/** Every topic that is named as the dead-letter topics of the failure policy are by default. */
export async function findDeadLetterTopics({ reader }: Cluster): Promise<readonly string[]> {
  const { topics } = await reader.questions.metadata(null, METADATA_TIMEOUT_MS);
  return topics
    .map(({ name }) => name)
    .filter((name) => name.endsWith('.dlq'))
    .sort();
}

const METADATA_TIMEOUT_MS = 30_000;

class Listing {
  #records = 0;
  #redriven = 0;
  readonly #groups = new ErrorGroups();
  readonly #unexplained: { records: number; example: Position | null } = { records: 0, example: null };

  get result(): Omit<TopicListing, 'topic'> {
    return { records: this.#records, redriven: this.#redriven, groups: this.#groups.toList(), unexplained: this.#unexplained };
  }

  add({ record, facts }: DeadLetter, isRedriven: boolean): void {
    this.#records++;
    if (isRedriven) this.#redriven++;
    if (facts !== undefined) {
      this.#groups.add({ record, facts }, isRedriven);
      return;
    }
    this.#unexplained.records++;
    this.#unexplained.example ??= positionOf(record);
  }
}

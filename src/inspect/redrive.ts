/** Inspecting, `redrive`: sends dead letters back, each with its marker in one transaction, so that none is sent twice, whatever crashes in between. */

import type { RawRecord } from '../consumer/raw-record.js';
import { PAGE_RECORDS, type PartitionRange } from '../consumer/reader.js';
import { CODE } from '../engine/codes.js';
import { DeliveryError, type DeliveryFailure, isPhqKafkaError, type KafkaException } from '../errors.js';
import { isTooLarge } from '../producer/large-messages.js';
import type { TopicRecord, TransactionalProducer } from '../producer/transactional-producer.js';
import type { Cluster } from './cluster.js';
import { type DeadLetter, positionOf, toDeadLetter } from './dead-letter.js';
import { narrow } from './letter-filter.js';
import { ensureMarkerTopic, type Markers, readMarkers, toMarkerRecord } from './markers.js';
import { Pace, pause } from './pace.js';
import { aim, type Decision, decide, type RedriveRules, toRedrivenRecord } from './redrive-decision.js';
import { type RedriveOutcome, RedriveTally } from './redrive-tally.js';
import { TargetTopics } from './target-topics.js';
import { readTopicId } from './topic-id.js';

export interface RedriveOptions extends RedriveRules {
  /** the dead-letter topic */
  readonly topic: string;
  /** Messages a second; undefined = as fast as it goes. */
  readonly rate?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Messages sent, of how many there are to send. */
  readonly onProgress?: ((sent: number, toSend: number) => void) | undefined;
}

/** What would be sent; writes nothing, creates nothing. @throws KafkaException UNKNOWN_TOPIC_OR_PART when there is no such dead-letter topic */
export async function planRedrive(cluster: Cluster, options: RedriveOptions): Promise<RedriveOutcome> {
  const work = await lookAt(cluster, options);
  return (await plan(cluster, options, work)).toOutcome(options.topic);
}

/** Sends. One redrive of a topic at a time: a second one fences the first, which then ends with an error, and sends what is left.
 *  @throws KafkaException or DeliveryError when the cluster does not let it go on; the signal's reason between two transactions. What was sent has its
 *  marker, so it may simply be called again. UsageError when the marker topic would forget */
export async function redrive(cluster: Cluster, options: RedriveOptions): Promise<RedriveOutcome> {
  const { topic, signal, onProgress } = options;
  // Before anything is created: a name that is misspelt must leave no marker topic behind.
  await readTopicId(cluster.admin, topic);
  await ensureMarkerTopic(cluster.admin, topic);
  await using producer = cluster.transactional(`producer of the redrive of ${topic}`, `phq-redrive-${topic}`);
  // From here on no earlier redrive can commit anything, and what it has committed is there to be read.
  await producer.open();
  const work = await lookAt(cluster, options);
  const { messages: toSend } = await plan(cluster, options, work);
  const sent = new RedriveTally();
  const pace = new Pace(options.rate);
  onProgress?.(0, toSend);
  for await (const page of cluster.reader.pages(work.ranges, signal)) {
    const letters = await decideAll(page, options, work);
    for (const { decision } of letters) if (!decision.send) sent.add(decision);
    for (const chunk of chunksOf(letters.filter(isSent), pace.chunkOf(PAGE_RECORDS))) {
      await pace.turn(chunk.length, signal);
      for (const { decision } of await sendChunk(producer, chunk, work.topicId, signal)) sent.add(decision);
      onProgress?.(sent.messages, toSend);
    }
  }
  return sent.toOutcome(topic);
}

/** What is to be gone through, and what is known about it. */
interface Work {
  readonly topicId: string;
  readonly ranges: readonly PartitionRange[];
  readonly markers: Markers;
  readonly targets: TargetTopics;
}

async function lookAt({ admin, reader }: Cluster, { topic, filter, signal }: RedriveOptions): Promise<Work> {
  const topicId = await readTopicId(admin, topic);
  const ranges = narrow(await reader.ranges(topic), filter.positions);
  return { topicId, ranges, markers: await readMarkers(reader, topic, topicId, signal), targets: new TargetTopics(reader) };
}

/** Goes through everything once: what would be sent. */
async function plan({ reader }: Cluster, options: RedriveOptions, work: Work): Promise<RedriveTally> {
  const tally = new RedriveTally();
  for await (const page of reader.pages(work.ranges, options.signal)) {
    for (const { decision } of await decideAll(page, options, work)) tally.add(decision);
  }
  return tally;
}

interface Decided<D extends Decision = Decision> {
  readonly letter: DeadLetter;
  readonly decision: D;
}
type Sent = Decided<Extract<Decision, { send: true }>>;

/** Looks up only the topics that something is to go to: one that nobody means must not stand in the way. */
async function decideAll(page: readonly RawRecord[], options: RedriveOptions, { markers, targets }: Work): Promise<readonly Decided[]> {
  const letters = page.map(toDeadLetter);
  const aims = letters.map((letter) => aim(letter, options, markers.has(letter.record)));
  await targets.learn(
    aims.flatMap((aimed) => ('why' in aimed ? [] : aimed.to)),
    options.signal,
  );
  return letters.map((letter) => ({ letter, decision: decide(letter, options, markers.has(letter.record), targets.stateOf) }));
}

function isSent(decided: Decided): decided is Sent {
  return decided.decision.send;
}

function toRecords(chunk: readonly Sent[], topicId: string): TopicRecord[] {
  const at = new Date().toISOString();
  return chunk.flatMap(({ letter, decision: { to, partition } }) => {
    const marker = { position: positionOf(letter.record), topicId, to, from: letter.facts?.from ?? null, at };
    return [toRedrivenRecord(letter, to, partition), toMarkerRecord(marker)];
  });
}

function* chunksOf<T>(list: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < list.length; at += size) yield list.slice(at, at + size);
}

/** In one transaction; where the target refuses that for its size, in halves, down to the single letters that it cannot take.
 *  Returns what became of each. */
async function sendChunk(
  producer: TransactionalProducer,
  chunk: readonly Sent[],
  topicId: string,
  signal: AbortSignal | undefined,
): Promise<readonly Decided[]> {
  try {
    await sendAll(producer, toRecords(chunk, topicId), signal);
    return chunk;
  } catch (error) {
    if (producer.isFinished || !(error instanceof DeliveryError) || !error.failed.some(isLetterTooLarge)) throw error;
    const [only] = chunk;
    if (only !== undefined && chunk.length === 1) return [{ ...only, decision: { send: false, why: 'tooLarge', to: only.decision.to } }];
    const halves = chunksOf(chunk, Math.ceil(chunk.length / 2));
    const outcomes: Decided[] = [];
    for (const half of halves) outcomes.push(...(await sendChunk(producer, half, topicId, signal)));
    return outcomes;
  }
}

/** Its marker follows each letter; a marker that is refused is no fault of the target. */
function isLetterTooLarge(failure: DeliveryFailure): boolean {
  return failure.index % 2 === 0 && isTooLarge(failure);
}

const ATTEMPTS = 5;
const PAUSE_MS = 1_000;

/** One transaction, begun anew when it was aborted for a reason that may pass. */
async function sendAll(producer: TransactionalProducer, records: readonly TopicRecord[], signal: AbortSignal | undefined): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      await producer.send(records);
      return;
    } catch (error) {
      if (producer.isFinished || attempt === ATTEMPTS || !mayPass(error)) throw error;
      await pause(PAUSE_MS * attempt, signal);
    }
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof DeliveryError && error.failed.every(isPurged)) return true;
  return isPhqKafkaError(error) && (error.retriable || (error.code === 'KAFKA' && (error as { abortable?: boolean }).abortable === true));
}

/** librdkafka gave the transaction up for something else than this record, e.g. the gap that one refused for its size has left in the sequence. */
function isPurged({ error }: { readonly error: KafkaException }): boolean {
  // State: it came a moment later, when nothing was taken any more.
  return error.kafkaCode === CODE.purgedUnsent || error.kafkaCode === CODE.state;
}

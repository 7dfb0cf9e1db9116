/** The boundary: what the Rust addon offers, as types. Crossed once per batch, never per message; no policy lives behind it. */

/** An error as data. `code` is librdkafka's number (negative = local, positive = broker); 0 never occurs. */
export interface NativeFault {
  readonly code: number;
  /** librdkafka's name without prefix, e.g. `_TRANSPORT`, `ILLEGAL_GENERATION`, `UNKNOWN(120)` for a code it does not know. */
  readonly name: string;
  readonly message: string;
  readonly fatal: boolean;
  readonly retriable: boolean;
  readonly abortable: boolean;
}

export interface NativePartition {
  readonly topic: string;
  readonly topicId: number;
  readonly partition: number;
  /** Ownership epoch: unique per assignment and per seek; a commit names the epoch its rows were handled in. */
  readonly epoch: number;
}

export interface NativePositionResult {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly epoch: number;
  /** null = the broker stored it; `_STATE` with message "not owned" when the epoch had ended before it could be sent. */
  readonly error: NativeFault | null;
}

/** What `drain()` hands over, in the order in which it happened. */
export type NativeEvent =
  | { readonly kind: 'ready' }
  /** with `decidesStarts`: partitions wait for `assign`; their epoch is 0 until then. `generation` 1: the group has just come into being */
  | { readonly kind: 'assigning'; readonly question: number; readonly partitions: readonly NativePartition[]; readonly generation: number }
  /** a handler has run for longer than stuckAfterMs: every epoch has ended, the group is left until it ends (`rejoined`) */
  | { readonly kind: 'stuck'; readonly batch: number; readonly heldMs: number }
  | { readonly kind: 'rejoined'; readonly batch: number }
  | { readonly kind: 'assigned'; readonly partitions: readonly NativePartition[]; readonly protocol: string; readonly answered: boolean }
  | { readonly kind: 'revoking'; readonly partitions: readonly NativePartition[]; readonly lost: boolean; readonly drainMs: number }
  | {
      readonly kind: 'revoked';
      readonly partitions: readonly NativePartition[];
      readonly lost: boolean;
      readonly drained: boolean;
      readonly waitedMs: number;
    }
  | { readonly kind: 'committed'; readonly request: number; readonly results: readonly NativePositionResult[] }
  | {
      readonly kind: 'partitionStopped';
      readonly topic: string;
      readonly partition: number;
      readonly offset: number;
      readonly error: NativeFault;
    }
  | { readonly kind: 'error'; readonly error: NativeFault }
  | { readonly kind: 'log'; readonly level: number; readonly facility: string; readonly message: string }
  | { readonly kind: 'stats'; readonly json: string }
  | {
      readonly kind: 'delivered';
      readonly request: number;
      readonly failures: readonly NativeDeliveryFailure[];
      readonly partitions: Int32Array;
      readonly offsets: Float64Array;
    }
  | { readonly kind: 'result'; readonly request: number; readonly error: NativeFault | null; readonly json: string }
  | {
      readonly kind: 'page';
      readonly request: number;
      /** null = nothing */
      readonly batch: NativeBatch | null;
      /** nothing more that was asked for */
      readonly ended: boolean;
      /** where the next page begins */
      readonly next: number;
      readonly error: NativeFault | null;
    }
  | { readonly kind: 'closed'; readonly timedOut: boolean; readonly error: NativeFault | null };

export interface NativeDeliveryFailure {
  readonly index: number;
  readonly error: NativeFault;
  readonly persisted: 'no' | 'possibly';
}

/** Columns of a consumed row: `rows[i * ROW_STRIDE + ROW.x]`. Offsets point into the batch's slab. */
export const ROW_STRIDE = 20;
export const ROW = {
  topicId: 0,
  partition: 1,
  offset: 2,
  timestampMs: 3,
  valueStart: 4,
  /** -1 = null (tombstone) */
  valueLength: 5,
  keyStart: 6,
  /** -1 = null */
  keyLength: 7,
  /** bits of FLAG */
  flags: 8,
  itemStart: 9,
  itemLength: 10,
  histStart: 11,
  /** -1 = absent or null */
  histLength: 12,
  headersStart: 13,
  /** bytes; 0 = none */
  headersLength: 14,
  epoch: 15,
  /** one of FAULT, 0 = sound */
  fault: 16,
  /** byte position of the fault in the original value */
  faultAt: 17,
  leaderEpoch: 18,
  /** bracket nesting of the history's text */
  histDepth: 19,
} as const;
export const FLAG = {
  /** value, item and hist are one byte a character: read with latin1Slice; Buffer.from(text, 'utf8') gives the original bytes */
  valueLatin1: 1,
  keyLatin1: 2,
  /** the key is not UTF-8: its slab bytes are the raw ones */
  keyInvalid: 4,
} as const;
export const FAULT = { none: 0, notUtf8: 1, notJson: 2, notAnObject: 3, noItem: 4, tooDeep: 5 } as const;

export interface NativeBatch {
  readonly id: number;
  readonly count: number;
  readonly slab: Buffer;
  readonly rows: Float64Array;
}

export type NativeMode = 'envelope' | 'json' | 'raw';

export interface NativeConsumerOptions {
  readonly mode: NativeMode;
  /** how many batches may wait in the lanes */
  readonly prefetchBatches: number;
  readonly drainTimeoutMs: number;
  /** a handler that runs longer loses its partitions, also while JavaScript is blocked; 0 = never */
  readonly stuckAfterMs: number;
  /** every assignment waits for `assign`, and its partitions are held until `release`; otherwise librdkafka decides where they start */
  readonly decidesStarts: boolean;
}

/** A partition, and an offset or a time (milliseconds) where one is meant. */
export interface NativePartitionSpec {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}
/** json of `committed` and `offsetsForTimes`; offset -1 = none */
export interface OffsetAnswerJson {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly error: NativeFault | null;
}
/** json of `watermarks`: the first offset that is there, and the next that will be written */
export interface WatermarksJson {
  readonly topic: string;
  readonly partition: number;
  readonly low: number;
  readonly high: number;
  readonly error: NativeFault | null;
}

type ConfigEntries = readonly (readonly [key: string, value: string])[];
/** called (weakly: it does not keep the process alive) when drain() has something to say */
type Wake = () => void;

/** `extensions`: name, value, name, value, … */
export interface NativeOauthToken {
  readonly value: string;
  /** milliseconds since 1970 */
  readonly expiresAtMs: number;
  readonly principal: string;
  readonly extensions: readonly string[];
}

/** The part of a client that takes tokens. */
export interface NativeTokenTaker {
  /** For new connections, and for re-authentication of running ones. */
  setOauthToken(token: NativeOauthToken): void;
  /** Told back as an error event, unless the last failure said the same. */
  oauthTokenFailed(reason: string): void;
}

export interface NativeConsumer extends NativeTokenTaker {
  subscribe(topics: readonly string[]): void;
  /** A batch that is due now, or null; null arms one `ready` event for when the next is due (deadline counted from its first message). */
  take(max: number, timeoutMs: number): NativeBatch | null;
  /** The batch's handler has ended; its commit may still be under way. */
  handled(batchId: number): void;
  /** The batch's rows are handled and their commits settled; a revoke waits for this. */
  done(batchId: number): void;
  /** Triples [batchId, topicId, partition]: these parts of batches are done; a batch is with its last part. */
  doneParts(parts: Float64Array): void;
  /** Watches calls instead of batches (those are `handled` when they are taken): the oldest that runs began this long ago; negative = none runs. */
  calling(agoMs: number): void;
  /** Nobody waits for the batch's handler any more, though it has not ended: a revoke does not either, and is told as not drained. */
  abandon(batchId: number): void;
  /** Milliseconds since the poll thread took its turn; it does ten times a second at least. */
  polledAgoMs(): number;
  /** Does the group count this member in? Looked at, once a second, while it has no partitions. */
  isMember(): boolean;
  /** Triples [topicId, partition, epoch] of the batch's partitions that are no longer owned, or null when all are. */
  lost(batchId: number): Float64Array | null;
  /** Quintuples [topicId, partition, offset (next to read), epoch (0 = the current one), leaderEpoch (-1 = unknown)]. Answered by `committed`. Coalesced: one request under way, newest position wins. */
  commit(request: number, positions: Float64Array): void;
  /** Quintuples as `commit` takes them, left for librdkafka's own timer (enable.auto.commit); those of ended epochs are left out. */
  store(positions: Float64Array): void;
  /** Pairs [topicId, partition]: nothing of them is handed out, nothing is dropped. */
  hold(partitions: Float64Array): void;
  release(partitions: Float64Array): void;
  /** Triples [topicId, partition, offset]: the answer to the question of `assigning`; a partition that is left out starts where librdkafka says. An
   *  answer that comes too late is ignored: then `assigned` came with `answered: false`, and a revocation follows. */
  assign(question: number, starts: Float64Array): void;
  /** Answered by `result`, json = OffsetAnswerJson[]: the group's committed positions. */
  committed(request: number, of: readonly NativePartitionSpec[], timeoutMs: number): void;
  /** Answered by `result`, json = OffsetAnswerJson[]; `offset` of each spec is a time in milliseconds. */
  offsetsForTimes(request: number, of: readonly NativePartitionSpec[], timeoutMs: number): void;
  /** Answered by `result`, json = WatermarksJson[]. */
  watermarks(request: number, of: readonly NativePartitionSpec[], timeoutMs: number): void;
  /** Triples [topicId, partition, offset]: drops what was prefetched of them and starts a new epoch. Returns which of them are being given away, or
   *  gone, by index: nothing is done with those. */
  seek(positions: Float64Array): readonly number[];
  /** Names by topicId. */
  topics(): string[];
  /** The number of a name, also of one that was never assigned. */
  topicId(name: string): number;
  drain(): NativeEvent[];
  /** Answered by `result` with json MetadataJson; topic null = all. */
  metadata(request: number, topic: string | null, timeoutMs: number): void;
  /** Leaves the group within the deadline, then frees everything; answered by `closed`. Repeated calls are harmless. */
  close(timeoutMs: number): void;
}

/** Columns of a produced row, stride 14: topicIndex, valueStart, valueLength (-1 null), keyStart, keyLength (-1 null), partition (-1 = partitioner),
 *  timestampMs (-1 = now), headersStart, headersLength (0 = none), flags (OUT_FLAG), headStart, headLength, tailStart, tailLength: bytes before and
 *  after a value that is not null, 0 = none. */
export const OUT_STRIDE = 14;
/** Parts that are Latin-1, one byte a character; the engine makes UTF-8 of them. Others are bytes as they are. */
export const OUT_FLAG = { valueLatin1: 1, tailLatin1: 2 } as const;

/** Headers in a slab, both directions: repeated [u32 LE name bytes][name UTF-8][i32 LE value bytes, -1 = null][value]. */

export interface NativeProducer extends NativeTokenTaker {
  /** Copies the slab, enqueues off the main thread in call order; answered by `delivered`. `waiting`: the caller awaits this batch, so linger.ms is cut short. */
  produce(request: number, slab: Uint8Array, used: number, rows: Float64Array, topics: readonly string[], waiting: boolean): void;
  /** One step, answered by `result`; the fault says whether it may be repeated, must be aborted, or ends the client. */
  transaction(request: number, step: TransactionStep, timeoutMs: number): void;
  metadata(request: number, topic: string | null, timeoutMs: number): void;
  drain(): NativeEvent[];
  /** Records that were not sent yet fail with `_PURGE_QUEUE`. */
  purgeUnsent(): void;
  /** Waits for outstanding deliveries within the deadline, purges the rest (their rows fail), frees; answered by `closed`. */
  close(timeoutMs: number): void;
}

export type TransactionStep = 'init' | 'begin' | 'commit' | 'abort';

/** Records read by position, without a group. One page at a time. */
export interface NativeReader {
  /** Answered by `page`. A page that begins where the last one ended goes on; any other begins a new fetch. */
  read(request: number, page: NativePageSpec): void;
  /** As NativeConsumer's. */
  offsetsForTimes(request: number, of: readonly NativePartitionSpec[], timeoutMs: number): void;
  watermarks(request: number, of: readonly NativePartitionSpec[], timeoutMs: number): void;
  metadata(request: number, topic: string | null, timeoutMs: number): void;
  drain(): NativeEvent[];
  close(timeoutMs: number): void;
}
export interface NativePageSpec {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  /** the first offset that is not wanted */
  readonly until: number;
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** json of a metadata result */
export interface MetadataJson {
  readonly brokers: readonly { readonly id: number; readonly host: string; readonly port: number }[];
  readonly topics: readonly {
    readonly name: string;
    readonly error: NativeFault | null;
    readonly partitions: readonly {
      readonly id: number;
      readonly leader: number;
      readonly replicas: readonly number[];
      readonly isr: readonly number[];
      readonly error: NativeFault | null;
    }[];
  }[];
}

export interface NativeAdmin extends NativeTokenTaker {
  /** Answered by `result`, json = TopicResultJson[]. config: topic configuration keys. */
  createTopics(
    request: number,
    topics: readonly {
      readonly name: string;
      readonly partitions: number;
      readonly replicationFactor: number;
      readonly config: ConfigEntries;
    }[],
    timeoutMs: number,
  ): void;
  deleteTopics(request: number, names: readonly string[], timeoutMs: number): void;
  metadata(request: number, topic: string | null, timeoutMs: number): void;
  /** json = DescribeJson[]: every configuration entry of the topics */
  describeTopics(request: number, names: readonly string[], timeoutMs: number): void;
  /** Everything before each offset; json = OffsetAnswerJson[]: the first offset that is left. */
  deleteRecords(request: number, before: readonly NativePartitionSpec[], timeoutMs: number): void;
  /** json = TopicIdJson[]; creates nothing */
  topicIds(request: number, names: readonly string[], timeoutMs: number): void;
  drain(): NativeEvent[];
  close(timeoutMs: number): void;
}
export interface TopicResultJson {
  readonly name: string;
  readonly error: NativeFault | null;
}
export interface DescribeJson extends TopicResultJson {
  readonly config: Readonly<Record<string, string | null>>;
}
export interface TopicIdJson extends TopicResultJson {
  /** Base64; '' with an error */
  readonly id: string;
}

/** librdkafka's in-process mock cluster. All calls are synchronous. */
export interface NativeMock {
  bootstrapServers(): string;
  createTopic(name: string, partitions: number, replicationFactor: number): void;
  groupInitialRebalanceDelayMs(ms: number): void;
  /** the next requests of that API key are answered with these error codes */
  pushRequestErrors(apiKey: number, codes: readonly number[]): void;
  clearRequestErrors(apiKey: number): void;
  /** 0 clears */
  topicError(topic: string, code: number): void;
  brokerDown(id: number): void;
  brokerUp(id: number): void;
  brokerRoundTripMs(id: number, ms: number): void;
  partitionLeader(topic: string, partition: number, broker: number): void;
  /** kind 'group' | 'transaction' */
  coordinator(kind: string, key: string, broker: number): void;
  close(): void;
}

/** A failing constructor or synchronous call throws an Error whose message is `phq-kafka-engine:` + JSON of a NativeFault. */
export interface NativeAddon {
  engineInfo(): { readonly version: string; readonly versionNumber: number; readonly features: string };
  NativeConsumer: new (config: ConfigEntries, options: NativeConsumerOptions, wake: Wake) => NativeConsumer;
  NativeProducer: new (config: ConfigEntries, wake: Wake) => NativeProducer;
  NativeReader: new (config: ConfigEntries, wake: Wake) => NativeReader;
  NativeAdmin: new (config: ConfigEntries, wake: Wake) => NativeAdmin;
  NativeMock: new (brokers: number) => NativeMock;
}

/** Settings layer: what a user may set on a consumer, and how it is filled in and checked. */
import { hostname } from 'node:os';
import type { GroupProtocol } from './consumer-defaults.js';
import {
  type ConcurrencyOptions,
  type DeadLetterOptions,
  type ResolvedConcurrency,
  type ResolvedDeadLetter,
  type ResolvedRetry,
  type RetryOptions,
  readConcurrency,
  readDeadLetter,
  readRetry,
} from './failure-options.js';
import { toSettingsError } from './faults.js';
import { type ConfigEntries, type ConfigLayers, resolveConsumerConfig } from './kafka-entries.js';
import type { ConsumerConfig, SharedConfig } from './librdkafka-config.js';
import type { Logger } from './logger.js';
import { OAUTH_TOKEN_DEFAULTS, type OauthTokenProvider, readOauthToken, requireTokenSource } from './oauth-token.js';
import { MAX_TIMEOUT_MS, OptionReader } from './option-reader.js';
import type { TopicSchemas } from './schemas.js';
import type { TopicNames, Topics } from './topics.js';

/** What becomes of records without a value. */
export type Tombstones = 'skip' | 'deliver';

/** Every option: meaning, unit, default, librdkafka key ("ours" where there is none). */
export interface ConsumerOptions<I extends Topics = TopicNames, B extends Tombstones = Tombstones> {
  /** Where the cluster is first asked: `host:port`, several in a list or with commas. Required. librdkafka: bootstrap.servers */
  readonly bootstrapServers: string | readonly string[];
  /** The group that shares the topics' partitions and remembers positions. Required. librdkafka: group.id */
  readonly groupId: string;
  /** Topics to read: one, a list, or a map from topic to schema, which checks every payload and gives the handler its type. `^…` is a regular
   *  expression, also as the key of a map; a topic's own key wins. Required. Ours. */
  readonly inputTopics: I;
  /** This service's name, for logs, client.id and histories. Default: groupId. Ours. */
  readonly svc?: string | undefined;
  /** Most messages in one handler call. Messages, 1 to 100000; default 500. More = fewer commits, longer repeats after a crash. Ours. */
  readonly batchSize?: number | undefined;
  /** How long a batch waits to fill, counted from its first message. Milliseconds; default 100; 0 = what is there. Ours. */
  readonly consumerTimeoutMs?: number | undefined;
  /** Skip messages that a later one of the same batch, topic, partition and id supersedes. Default false. Ours. */
  readonly latestOnly?: boolean | undefined;
  /** 'envelope' (default): values are the Python services' envelopes. 'json': the whole value is the payload, without history. Ours. */
  readonly inputFormat?: 'envelope' | 'json' | undefined;
  /** 'afterBatch' (default): positions are committed once their batch is handled. 'manual': `consumer.commit(positions)` does it. Ours. */
  readonly commit?: 'afterBatch' | 'manual' | undefined;
  /** How many handled batches may wait for the broker's answer to their commit while another is handled. Full batches, 1 to 1000; default 4: batches
   *  that are not full count by their messages. After a crash at most (this + 1) x batchSize messages repeat; fewer means waiting more often for an
   *  answer, which takes about 6 ms. Ours. */
  readonly maxUncommittedBatches?: number | undefined;
  /** 'skip' (default): records without a value are passed over and committed. 'deliver': they are messages with `tombstone: true`. Ours. */
  readonly tombstones?: B | undefined;
  /** 'stop': an unreadable record ends process() at exactly its position. 'skip': it is passed over with an event `consumer.invalid`.
   *  'dead-letter': it is parked, byte for byte. Default: 'dead-letter' where `deadLetter` is set, else 'stop'. Ours. */
  readonly onInvalid?: 'stop' | 'dead-letter' | 'skip' | undefined;
  /** Messages that the handler threw on, or gave to `context.fail`, are handled again after a wait, while their partition is held and the others go
   *  on. Default: none, a throw ends process(). Calls and milliseconds, see RetryOptions. Ours. */
  readonly retry?: RetryOptions | undefined;
  /** Messages that no attempt could handle are parked in a topic with the reason in their headers; true = `<topic>.dlq`. Default false: they end
   *  process(). Ours. */
  readonly deadLetter?: boolean | DeadLetterOptions | undefined;
  /** Handler calls at once. A number: each call has messages of one partition; `{ max, order: 'key' }`: of one key. Calls, 1 to 10000; default 1, whole
   *  batches. After a crash up to `lookAhead` messages of each partition may repeat, beside what waits for its commit. Ours. */
  readonly concurrency?: number | ConcurrencyOptions | undefined;
  /** How long a rebalance waits for the running handler. Milliseconds; default a fifth of max.poll.interval.ms (60000). Longer holds up the
   *  whole group; shorter repeats the batch elsewhere. Ours. */
  readonly drainTimeoutMs?: number | undefined;
  /** How long close() may take to leave the group after the drain. Milliseconds; default 30000. Ours. */
  readonly closeTimeoutMs?: number | undefined;
  /** How long connect() waits for a broker's answer unless told otherwise, and after how long without a first assignment process() rejects when the
   *  cluster is at fault (unreachable, credentials, certificates, rights, unknown topics); a group that is only slow is waited for. Milliseconds;
   *  default 30000. Longer hides a wrong address; shorter gives up while brokers restart. Ours. */
  readonly startTimeoutMs?: number | undefined;
  /** librdkafka keys that consumers and producers share: security, sockets. They override every default. */
  readonly kafkaConfig?: SharedConfig | undefined;
  /** librdkafka keys of the consumer; they override kafkaConfig. */
  readonly kafkaConsumerConfig?: ConsumerConfig | undefined;
  /** Fetches the tokens of SASL OAUTHBEARER where the program must do it, e.g. for a cloud's own identities: called before the first connection, at 80 %
   *  of each token's lifetime, and again with growing pauses (0.5 to 10 s) after a failure. Sets sasl.mechanism; needs security.protocol sasl_ssl. Default:
   *  none; OIDC client credentials need none either (sasl.oauthbearer.method=oidc). Ours, over librdkafka's rd_kafka_oauthbearer_set_token. */
  readonly oauthToken?: OauthTokenProvider | undefined;
  /** pino or alike; false = silent. Default: warn and error to stderr. Ours. */
  readonly logger?: Logger | false | undefined;
}

/** ConsumerOptions checked, filled in and frozen. */
export interface ResolvedConsumerOptions {
  readonly bootstrapServers: string;
  readonly groupId: string;
  readonly inputTopics: readonly string[];
  /** undefined = no payload is checked */
  readonly inputSchemas: TopicSchemas | undefined;
  readonly svc: string;
  readonly batchSize: number;
  readonly consumerTimeoutMs: number;
  readonly latestOnly: boolean;
  readonly inputFormat: 'envelope' | 'json';
  /** 'stored': enable.auto.commit is on, so handled positions are stored and librdkafka commits them every auto.commit.interval.ms */
  readonly commit: 'afterBatch' | 'manual' | 'stored';
  readonly maxUncommittedBatches: number;
  readonly tombstones: Tombstones;
  readonly onInvalid: 'stop' | 'dead-letter' | 'skip';
  readonly retry: ResolvedRetry | undefined;
  readonly deadLetter: ResolvedDeadLetter | undefined;
  /** undefined = one call at a time, with whole batches */
  readonly concurrency: ResolvedConcurrency | undefined;
  readonly drainTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly startTimeoutMs: number;
  readonly oauthToken: OauthTokenProvider | undefined;
  readonly logger: Logger;
  readonly protocol: GroupProtocol;
  readonly maxPollIntervalMs: number;
  /** auto.offset.reset, in its three meanings */
  readonly startPolicy: 'earliest' | 'latest' | 'error';
  /** Everything for librdkafka: defaults overridden by the user's. */
  readonly config: ConfigEntries;
  /** For the log, once. */
  readonly warnings: readonly string[];
}

const NAMES = [
  ...['bootstrapServers', 'groupId', 'inputTopics', 'svc', 'batchSize', 'consumerTimeoutMs', 'latestOnly', 'inputFormat', 'commit'],
  ...['maxUncommittedBatches', 'tombstones', 'onInvalid', 'drainTimeoutMs', 'closeTimeoutMs', 'startTimeoutMs', 'kafkaConfig'],
  ...['kafkaConsumerConfig', 'oauthToken', 'logger', 'retry', 'deadLetter', 'concurrency'],
];
const DEFAULT_MAX_POLL_INTERVAL_MS = 300_000;

/** Copies, fills in and checks a consumer's options.
 *  @throws SettingsError that lists every fault */
export function resolveConsumerOptions(options: ConsumerOptions<Topics>): ResolvedConsumerOptions {
  const read = new OptionReader(options);
  read.only(NAMES, []);
  const basics = readBasics(read);
  const layers: ConfigLayers = [
    { place: { option: 'kafkaConfig', role: 'both' }, config: read.get('kafkaConfig') },
    { place: { option: 'kafkaConsumerConfig', role: 'consumer' }, config: read.get('kafkaConsumerConfig') },
  ];
  const oauthToken = readOauthToken(read, layers);
  const own = {
    ...{ 'bootstrap.servers': basics.bootstrapServers, 'client.id': `${basics.svc}-${hostname()}` },
    ...(oauthToken === undefined ? {} : OAUTH_TOKEN_DEFAULTS),
  };
  const { config, protocol, warnings, faults } = resolveConsumerConfig({ ...own, 'group.id': basics.groupId }, layers);
  read.faults.push(...faults);
  requireTokenSource(read, config, oauthToken);
  const maxPollIntervalMs = Number(new Map(config).get('max.poll.interval.ms') ?? DEFAULT_MAX_POLL_INTERVAL_MS);
  const behaviour = readBehaviour(read);
  const deadLetter = readDeadLetter(read, own, basics.inputTopics);
  const resolved = {
    ...basics,
    ...behaviour,
    ...readTimes(read, maxPollIntervalMs),
    oauthToken,
    onInvalid: readOnInvalid(read, deadLetter),
    retry: readRetry(read),
    deadLetter,
    concurrency: readConcurrency(read, behaviour.batchSize),
    logger: read.logger(),
  };
  const isStored = /^(true|t|1)$/i.test(new Map(config).get('enable.auto.commit') ?? '');
  if (isStored && resolved.commit === 'manual') read.fault('commit', '"manual" and enable.auto.commit exclude each other: leave one out');
  if (read.faults.length > 0) throw toSettingsError('consumer', read.faults);
  return Object.freeze({
    ...resolved,
    commit: isStored ? 'stored' : resolved.commit,
    protocol,
    maxPollIntervalMs,
    startPolicy: startPolicyOf(config),
    config,
    warnings: Object.freeze([...warnings]),
  });
}

/** librdkafka knows nine words for three meanings. */
function startPolicyOf(config: ConfigEntries): ResolvedConsumerOptions['startPolicy'] {
  const word = new Map(config).get('auto.offset.reset') ?? 'latest';
  if (['earliest', 'smallest', 'beginning'].includes(word)) return 'earliest';
  return word === 'error' ? 'error' : 'latest';
}

function readBasics(read: OptionReader) {
  const groupId = read.text('groupId');
  const bootstrapServers = read.bootstrapServers();
  const { topics, schemas } = read.topics('inputTopics', true);
  return {
    bootstrapServers,
    groupId,
    inputTopics: topics,
    inputSchemas: schemas,
    // A missing group is one fault, not two.
    svc: read.text('svc', groupId === '' ? 'unnamed' : groupId),
  };
}

function readBehaviour(read: OptionReader) {
  return {
    batchSize: read.integer('batchSize', { min: 1, max: 100_000, fallback: 500 }),
    latestOnly: read.flag('latestOnly'),
    inputFormat: read.oneOf('inputFormat', ['envelope', 'json']),
    commit: read.oneOf('commit', ['afterBatch', 'manual']),
    maxUncommittedBatches: read.integer('maxUncommittedBatches', { min: 1, max: 1000, fallback: 4 }),
    tombstones: read.oneOf('tombstones', ['skip', 'deliver']),
  };
}

function readOnInvalid(read: OptionReader, deadLetter: ResolvedDeadLetter | undefined): ResolvedConsumerOptions['onInvalid'] {
  if (read.get('onInvalid') === undefined) return deadLetter === undefined ? 'stop' : 'dead-letter';
  const onInvalid = read.oneOf('onInvalid', ['stop', 'dead-letter', 'skip']);
  // A dead letter that has a fault of its own is told by that.
  const isMissing = deadLetter === undefined && [undefined, false].includes(read.get('deadLetter') as false | undefined);
  if (onInvalid === 'dead-letter' && isMissing) read.fault('onInvalid', '"dead-letter" needs deadLetter, e.g. deadLetter: true');
  return onInvalid;
}

function readTimes(read: OptionReader, maxPollIntervalMs: number) {
  const time = (name: string, min: number, fallback: number): number => read.integer(name, { min, max: MAX_TIMEOUT_MS, fallback });
  return {
    consumerTimeoutMs: time('consumerTimeoutMs', 0, 100),
    // A fifth, as Quix: long enough for a batch, and the group waits no longer for one slow member.
    drainTimeoutMs: time('drainTimeoutMs', 0, Math.round(maxPollIntervalMs * 0.2)),
    closeTimeoutMs: time('closeTimeoutMs', 1, 30_000),
    startTimeoutMs: time('startTimeoutMs', 1, 30_000),
  };
}

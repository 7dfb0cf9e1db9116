/** Settings layer: what a user may set on a producer, and how it is filled in and checked. */
import { hostname } from 'node:os';
import { toSettingsError } from './faults.js';
import { type ConfigEntries, type ConfigLayers, resolveProducerConfig } from './kafka-entries.js';
import type { ProducerConfig, SharedConfig } from './librdkafka-config.js';
import type { Logger } from './logger.js';
import { OAUTH_TOKEN_DEFAULTS, type OauthTokenProvider, readOauthToken, requireTokenSource } from './oauth-token.js';
import { MAX_TIMEOUT_MS, OptionReader } from './option-reader.js';
import type { TopicSchemas } from './schemas.js';
import type { Topics } from './topics.js';

/** Every option: meaning, unit, default, librdkafka key ("ours" where there is none). */
export interface ProducerOptions<O extends Topics = Topics> {
  /** This service's name, written into the history of every message. Required. Ours. */
  readonly svc: string;
  /** The topics this producer may write: one, a list, or a map from topic to schema, which checks every payload and whose output is what is written.
   *  With several, every message or call says `to`. Required. Ours. */
  readonly outputTopics: O;
  /** Where the cluster is first asked: `host:port`, several in a list or with commas. Required. librdkafka: bootstrap.servers */
  readonly bootstrapServers: string | readonly string[];
  /** librdkafka keys that consumers and producers share: security, sockets. They override every default. */
  readonly kafkaConfig?: SharedConfig | undefined;
  /** librdkafka keys of the producer; they override kafkaConfig. */
  readonly kafkaProducerConfig?: ProducerConfig | undefined;
  /** Skip records that are larger than the client or the broker allows instead of failing their batch. Default false. Ours;
   *  the limits are librdkafka's message.max.bytes and the topic's max.message.bytes. What shared a request with one of them is sent again by itself,
   *  so it comes after what was sent meanwhile, also after newer messages of its id. */
  readonly ignoreLargeMessageErrors?: boolean | undefined;
  readonly history?:
    | {
        /** Most a message's history may take. Bytes of JSON; default 65536. Beyond it the nearest hops and the origin stay. Ours. */
        readonly maxBytes?: number | undefined;
      }
    | undefined;
  /** How long close() waits for records in flight. Milliseconds; default 30000. What is not acknowledged then fails. Ours. */
  readonly closeTimeoutMs?: number | undefined;
  /** Fetches the tokens of SASL OAUTHBEARER where the program must do it, e.g. for a cloud's own identities: called before the first connection, at 80 %
   *  of each token's lifetime, and again with growing pauses (0.5 to 10 s) after a failure. Sets sasl.mechanism; needs security.protocol sasl_ssl. Default:
   *  none; OIDC client credentials need none either (sasl.oauthbearer.method=oidc). Ours, over librdkafka's rd_kafka_oauthbearer_set_token. */
  readonly oauthToken?: OauthTokenProvider | undefined;
  /** pino or alike; false = silent. Default: warn and error to stderr. Ours. */
  readonly logger?: Logger | false | undefined;
}

/** ProducerOptions checked, filled in and frozen. */
export interface ResolvedProducerOptions {
  readonly svc: string;
  readonly outputTopics: readonly string[];
  /** undefined = no payload is checked */
  readonly outputSchemas: TopicSchemas | undefined;
  readonly bootstrapServers: string;
  readonly ignoreLargeMessageErrors: boolean;
  readonly history: { readonly maxBytes: number };
  readonly closeTimeoutMs: number;
  readonly oauthToken: OauthTokenProvider | undefined;
  readonly logger: Logger;
  /** Everything for librdkafka: defaults overridden by the user's. */
  readonly config: ConfigEntries;
  /** For the log, once. */
  readonly warnings: readonly string[];
}

const NAMES = [
  ...['svc', 'outputTopics', 'bootstrapServers', 'kafkaConfig', 'kafkaProducerConfig', 'ignoreLargeMessageErrors', 'history'],
  ...['closeTimeoutMs', 'oauthToken', 'logger'],
];

/** The same number as the message layer's own default, where the reason is given. */
const DEFAULT_HISTORY_MAX_BYTES = 65_536;

/** Copies, fills in and checks a producer's options.
 *  @throws SettingsError that lists every fault */
export function resolveProducerOptions(options: ProducerOptions): ResolvedProducerOptions {
  const read = new OptionReader(options);
  read.only(NAMES, ['exactlyOnce']);
  const svc = read.text('svc');
  const bootstrapServers = read.bootstrapServers();
  const layers: ConfigLayers = [
    { place: { option: 'kafkaConfig', role: 'both' }, config: read.get('kafkaConfig') },
    { place: { option: 'kafkaProducerConfig', role: 'producer' }, config: read.get('kafkaProducerConfig') },
  ];
  const oauthToken = readOauthToken(read, layers);
  const own = { 'bootstrap.servers': bootstrapServers, 'client.id': `${svc}-${hostname()}` };
  const { config, warnings, faults } = resolveProducerConfig({ ...own, ...(oauthToken === undefined ? {} : OAUTH_TOKEN_DEFAULTS) }, layers);
  read.faults.push(...faults);
  requireTokenSource(read, config, oauthToken);
  const { topics, schemas } = read.topics('outputTopics', false);
  const resolved = {
    svc,
    outputTopics: topics,
    outputSchemas: schemas,
    bootstrapServers,
    ignoreLargeMessageErrors: read.flag('ignoreLargeMessageErrors'),
    history: Object.freeze({ maxBytes: readMaxBytes(read) }),
    closeTimeoutMs: read.integer('closeTimeoutMs', { min: 1, max: MAX_TIMEOUT_MS, fallback: 30_000 }),
    oauthToken,
    logger: read.logger(),
  };
  if (read.faults.length > 0) throw toSettingsError('producer', read.faults);
  return Object.freeze({ ...resolved, config, warnings: Object.freeze([...warnings]) });
}

function readMaxBytes(read: OptionReader): number {
  const history = read.get('history');
  if (history === undefined) return DEFAULT_HISTORY_MAX_BYTES;
  if (typeof history !== 'object' || history === null) {
    read.fault('history', 'must be an object, e.g. { maxBytes: 65536 }');
    return DEFAULT_HISTORY_MAX_BYTES;
  }
  const inner = new OptionReader(history);
  inner.only(['maxBytes'], []);
  const maxBytes = inner.integer('maxBytes', { min: 0, max: 1_000_000_000, fallback: DEFAULT_HISTORY_MAX_BYTES });
  for (const { key, message } of inner.faults) read.fault(`history.${key}`, message);
  return maxBytes;
}

/** Settings layer: configuration of the clients that a tool opens beside the services: a reader without a group, a transactional producer, an admin
 *  client. A user names the cluster and how to log in; the rest is the tool's own. */
import { hostname } from 'node:os';
import { toSettingsError } from './faults.js';
import { type ConfigEntries, resolveConsumerConfig, resolveProducerConfig } from './kafka-entries.js';
import type { SharedConfig } from './librdkafka-config.js';
import type { Logger } from './logger.js';
import { OptionReader } from './option-reader.js';

export interface ToolOptions {
  /** Where the cluster is first asked: `host:port`, several in a list or with commas. Required. librdkafka: bootstrap.servers */
  readonly bootstrapServers: string | readonly string[];
  /** librdkafka keys that consumers and producers share: security, sockets. They override every default. */
  readonly kafkaConfig?: SharedConfig | undefined;
  /** pino or alike; false = silent. Default: warn and error to stderr. Ours. */
  readonly logger?: Logger | false | undefined;
}

export interface ToolConfig {
  readonly bootstrapServers: string;
  readonly logger: Logger;
  readonly reader: ConfigEntries;
  readonly admin: ConfigEntries;
  /** @param id one producer of an id at a time: a new one fences the last */
  transactional(id: string): ConfigEntries;
}

const READER = {
  // A partition that has nothing more says so: offsets have gaps, so counting does not find the end.
  'enable.partition.eof': 'true',
  // A position that is gone is told, not jumped over.
  'auto.offset.reset': 'error',
  // Bounds what is in memory beside the page that is looked at; a page is 500 records.
  'queued.min.messages': '1000',
  'queued.max.messages.kbytes': '4096',
} as const;

/** A reader has none: with a rack it would be sent to a follower near by, which may lag behind the ends that the leaders tell. */
const RACK = 'client.rack';

const TRANSACTIONAL = {
  // Records of a transaction that a crash left open block their partitions' readers for this long; librdkafka's 60 s is long for a service that waits.
  'transaction.timeout.ms': '15000',
  // A record that fits in the topic it comes from must not fail here: the broker knows its topic's limit.
  'message.max.bytes': '100000000',
} as const;

/** @throws SettingsError that lists every fault */
export function resolveToolConfig(options: ToolOptions): ToolConfig {
  const read = new OptionReader(options);
  const bootstrapServers = read.bootstrapServers();
  const logger = read.logger();
  const own = { 'bootstrap.servers': bootstrapServers, 'client.id': `phq-kafka-${hostname()}` };
  const layers = [{ place: { option: 'kafkaConfig', role: 'both' }, config: read.get('kafkaConfig') }] as const;
  const reader = resolveConsumerConfig({ ...own, ...READER }, layers);
  const admin = resolveProducerConfig(own, layers);
  // What concerns only one of the roles cannot be set here, so both find the same faults.
  const faults = [...read.faults, ...admin.faults];
  if (faults.length > 0) throw toSettingsError('connection', faults);
  return Object.freeze({
    bootstrapServers,
    logger,
    reader: reader.config.filter(([key]) => key !== RACK),
    admin: admin.config,
    transactional: (id: string) => resolveProducerConfig({ ...own, ...TRANSACTIONAL, 'transactional.id': id }, layers).config,
  });
}

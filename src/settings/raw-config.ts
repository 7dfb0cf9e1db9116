/** Settings layer: configuration of the low-level functions: bare librdkafka keys over the same defaults. */
import { hostname } from 'node:os';
import { toSettingsError } from './faults.js';
import { type ConfigEntries, type ConfigLayers, resolveConsumerConfig, resolveProducerConfig } from './kafka-entries.js';
import type { ConsumerConfig, ProducerConfig } from './librdkafka-config.js';
import { requireTokenSource } from './oauth-token.js';
import { OptionReader } from './option-reader.js';

export interface RawConfig {
  readonly bootstrapServers: string;
  readonly config: ConfigEntries;
  readonly warnings: readonly string[];
}

const CLIENT_ID = { 'client.id': `phq-kafka-${hostname()}` };

/** @throws SettingsError that lists every fault */
export function resolveRawConsumerConfig(
  bootstrapServers: string | readonly string[],
  groupId: string,
  config?: ConsumerConfig,
): RawConfig {
  const read = new OptionReader({ bootstrapServers, groupId });
  const own = { 'bootstrap.servers': read.bootstrapServers(), 'group.id': read.text('groupId'), ...CLIENT_ID };
  return finish(read, own, resolveConsumerConfig(own, layer('consumer', config)), 'consumer');
}

/** @throws SettingsError that lists every fault */
export function resolveRawProducerConfig(bootstrapServers: string | readonly string[], config?: ProducerConfig): RawConfig {
  const read = new OptionReader({ bootstrapServers });
  const own = { 'bootstrap.servers': read.bootstrapServers(), ...CLIENT_ID };
  return finish(read, own, resolveProducerConfig(own, layer('producer', config)), 'producer');
}

function layer(role: 'consumer' | 'producer', config: unknown): ConfigLayers {
  return [{ place: { option: 'config', role }, config }];
}

function finish(
  read: OptionReader,
  own: { readonly 'bootstrap.servers': string },
  resolved: ReturnType<typeof resolveProducerConfig>,
  subject: string,
): RawConfig {
  requireTokenSource(read, resolved.config, undefined);
  const faults = [...read.faults, ...resolved.faults];
  if (faults.length > 0) throw toSettingsError(subject, faults);
  return Object.freeze({
    bootstrapServers: own['bootstrap.servers'],
    config: resolved.config,
    warnings: Object.freeze([...resolved.warnings]),
  });
}

/** Settings layer: defaults, shared and own configuration become the one list of entries that librdkafka is given. */
import type { SettingsFault } from '../errors.js';
import { defaultConsumerConfig, type GroupProtocol } from './consumer-defaults.js';
import { resolveIdempotence } from './idempotence.js';
import { type ConfigPlace, knownKey, toCanonicalKey, validateKafkaConfig } from './kafka-config.js';
import { findRelationFaults } from './key-relations.js';
import { defaultProducerConfig } from './producer-defaults.js';
import type { UserSetting, UserSettings } from './user-setting.js';

export type ConfigEntries = readonly (readonly [key: string, value: string])[];

/** Configurations as the user gave them, the shared one first; later ones win. */
export type ConfigLayers = readonly { readonly place: ConfigPlace; readonly config: unknown }[];

export interface ResolvedKafkaConfig {
  /** For librdkafka: each setting once, under the name the user gave it. */
  readonly config: ConfigEntries;
  readonly faults: readonly SettingsFault[];
  readonly warnings: readonly string[];
}

/** What the library itself sets, e.g. bootstrap.servers; wins over the defaults and gives way to the user. */
type OwnEntries = Readonly<Record<string, string>>;

/** A consumer's entries. */
export function resolveConsumerConfig(own: OwnEntries, layers: ConfigLayers): ResolvedKafkaConfig & { readonly protocol: GroupProtocol } {
  const { user, faults, warnings } = collect(layers);
  const protocol = user.get('group.protocol')?.value.trim().toLowerCase() === 'consumer' ? 'consumer' : 'classic';
  const defaults = defaultConsumerConfig(protocol);
  if (protocol === 'consumer') faults.push(...findBrokerSideKeys(user));
  else fitSessionTimeout(defaults, user);
  slowReconnects(defaults, user);
  return { ...finish('consumer', { ...defaults, ...own }, user, faults), warnings, protocol };
}

/** A producer's entries. */
export function resolveProducerConfig(own: OwnEntries, layers: ConfigLayers): ResolvedKafkaConfig {
  const { user, faults, warnings } = collect(layers);
  const defaults = defaultProducerConfig();
  const idempotence = resolveIdempotence(user);
  faults.push(...idempotence.faults);
  warnings.push(...idempotence.warnings);
  if (!idempotence.enabled) defaults['enable.idempotence'] = 'false';
  slowReconnects(defaults, user);
  return { ...finish('producer', { ...defaults, ...own }, user, faults), warnings };
}

function collect(layers: ConfigLayers): { user: UserSettings; faults: SettingsFault[]; warnings: string[] } {
  const user = new Map<string, UserSetting>();
  const faults: SettingsFault[] = [];
  const warnings: string[] = [];
  for (const { place, config } of layers) {
    const wrong = validateKafkaConfig(config, place);
    faults.push(...wrong);
    if (wrong.length > 0 || config === undefined) continue;
    for (const [key, raw] of Object.entries(config as Record<string, string | number | boolean>)) {
      const setting = { key, value: String(raw), option: place.option };
      const canonical = toCanonicalKey(key);
      const other = user.get(canonical);
      if (other?.option === place.option && other.value !== setting.value) faults.push(describeTwice(other, setting));
      if (knownKey(key)?.deprecated) warnings.push(`${place.option}["${key}"] is deprecated in librdkafka`);
      user.set(canonical, setting);
    }
  }
  return { user, faults, warnings };
}

function describeTwice(first: UserSetting, second: UserSetting): SettingsFault {
  const message = `is another name of "${first.key}", which is set to something else: keep one of the two`;
  return { key: `${second.option}["${second.key}"]`, message };
}

/** Merges, and looks at the keys together once each is right by itself. */
function finish(role: 'consumer' | 'producer', defaults: OwnEntries, user: UserSettings, faults: readonly SettingsFault[]) {
  const config = merge(defaults, user);
  if (faults.length > 0) return { config, faults };
  const merged = new Map(config.map(([key, value]) => [toCanonicalKey(key), value]));
  return { config, faults: findRelationFaults({ role, user, merged }) };
}

/** Defaults first, each replaced by what the user says under any of its names. */
function merge(defaults: OwnEntries, user: UserSettings): ConfigEntries {
  const merged = new Map<string, readonly [string, string]>();
  for (const [key, value] of Object.entries(defaults)) merged.set(toCanonicalKey(key), Object.freeze([key, value] as const));
  // librdkafka takes certificates as a file or as text, not both: a text of the user's replaces the default place.
  if (user.has('ssl.ca.pem')) merged.delete('ssl.ca.location');
  if (user.has('https.ca.pem')) merged.delete('https.ca.location');
  for (const [canonical, { key, value }] of user) merged.set(canonical, Object.freeze([key, value] as const));
  return Object.freeze([...merged.values()]);
}

function findBrokerSideKeys(user: UserSettings): SettingsFault[] {
  return ['session.timeout.ms', 'heartbeat.interval.ms', 'partition.assignment.strategy', 'group.protocol.type'].flatMap((canonical) => {
    const setting = user.get(canonical);
    if (setting === undefined) return [];
    const message = 'has no place with group.protocol=consumer, where the broker decides it (group.consumer.* there): leave it out';
    return [{ key: `${setting.option}["${setting.key}"]`, message }];
  });
}

/** librdkafka wants max.poll.interval.ms >= session.timeout.ms: our longer default must not make a user's short interval an error. */
function fitSessionTimeout(defaults: Record<string, string>, user: UserSettings): void {
  const maxPoll = user.get('max.poll.interval.ms');
  if (maxPoll === undefined || user.has('session.timeout.ms')) return;
  defaults['session.timeout.ms'] = String(Math.min(Number(maxPoll.value), Number(defaults['session.timeout.ms'])));
}

/** A failed TLS handshake does not count for librdkafka's growing pauses: it knocks every reconnect.backoff.ms / 2, for as long as the certificate is
 *  wrong. Measured with its default of 100 ms: 20 handshakes a second and client; with this 2. The first reconnect after a loss is at once either way. */
function slowReconnects(defaults: Record<string, string>, user: UserSettings): void {
  if (!/ssl$/i.test(user.get('security.protocol')?.value.trim() ?? '') || user.has('reconnect.backoff.ms')) return;
  defaults['reconnect.backoff.ms'] = String(Math.min(1_000, Number(user.get('reconnect.backoff.max.ms')?.value ?? 10_000)));
}

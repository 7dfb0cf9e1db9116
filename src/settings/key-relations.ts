/** Settings layer: what librdkafka demands of keys together (rd_kafka_conf_finalize, and SASL's start), told before it is asked. */

import type { SettingsFault } from '../errors.js';
import { MOST_PARTITION_KBYTES } from './consumer-defaults.js';
import { KAFKA_KEYS } from './librdkafka-keys.js';
import type { UserSettings } from './user-setting.js';

/** What will be in force: the user's value, else our default, else librdkafka's. All by canonical key. */
export interface Effective {
  readonly role: 'consumer' | 'producer';
  readonly user: UserSettings;
  readonly merged: ReadonlyMap<string, string>;
}

interface Relation {
  readonly role?: Effective['role'];
  /** The key that the fault is told under, canonical. */
  readonly key: string;
  readonly isBroken: (given: Effective) => boolean;
  readonly message: (given: Effective) => string;
}

const RELATIONS: readonly Relation[] = [
  {
    role: 'consumer',
    key: 'session.timeout.ms',
    isBroken: (given) =>
      text(given, 'group.protocol') === 'classic' && number(given, 'session.timeout.ms') > number(given, 'max.poll.interval.ms'),
    message: (given) => `must not be longer than max.poll.interval.ms, ${number(given, 'max.poll.interval.ms')}`,
  },
  {
    role: 'consumer',
    key: 'fetch.max.bytes',
    isBroken: (given) => given.merged.has('fetch.max.bytes') && number(given, 'fetch.max.bytes') < number(given, 'message.max.bytes'),
    message: (given) => `must not be less than message.max.bytes, ${number(given, 'message.max.bytes')}`,
  },
  {
    role: 'consumer',
    key: 'receive.message.max.bytes',
    isBroken: (given) =>
      given.merged.has('receive.message.max.bytes') && number(given, 'receive.message.max.bytes') < fetchMaxBytes(given) + 512,
    message: (given) => `must be at least fetch.max.bytes + 512, ${fetchMaxBytes(given) + 512}`,
  },
  {
    role: 'producer',
    key: 'enable.gapless.guarantee',
    isBroken: (given) => isOn(text(given, 'enable.gapless.guarantee')) && !isOn(text(given, 'enable.idempotence')),
    message: () => 'needs enable.idempotence=true',
  },
  {
    role: 'producer',
    key: 'queue.buffering.max.kbytes',
    // librdkafka would call the queue full, even when it is empty, and what waits for room would wait for ever.
    isBroken: (given) => number(given, 'queue.buffering.max.kbytes') * 1024 < number(given, 'message.max.bytes'),
    message: (given) =>
      `must hold a message of message.max.bytes, so at least ${Math.ceil(number(given, 'message.max.bytes') / 1024)}, or that message would be waiting for ever`,
  },
  {
    role: 'producer',
    key: 'message.timeout.ms',
    isBroken: (given) =>
      number(given, 'message.timeout.ms') !== 0 && number(given, 'message.timeout.ms') <= number(given, 'queue.buffering.max.ms'),
    message: (given) => `must be longer than linger.ms, ${number(given, 'queue.buffering.max.ms')}`,
  },
  {
    key: 'reconnect.backoff.ms',
    isBroken: (given) => number(given, 'reconnect.backoff.ms') > number(given, 'reconnect.backoff.max.ms'),
    message: (given) => `must not be longer than reconnect.backoff.max.ms, ${number(given, 'reconnect.backoff.max.ms')}`,
  },
  {
    key: 'ssl.keystore.location',
    isBroken: (given) => given.merged.has('ssl.keystore.location') && !given.merged.has('ssl.keystore.password'),
    message: () => 'needs ssl.keystore.password',
  },
  {
    key: 'https.ca.pem',
    isBroken: (given) => given.merged.has('https.ca.pem') && given.merged.has('https.ca.location'),
    message: () => 'cannot stand beside https.ca.location: keep one of the two',
  },
  {
    key: 'security.protocol',
    isBroken: (given) =>
      isSasl(given) && !['sasl.mechanisms', 'sasl.kerberos.keytab', 'sasl.kerberos.kinit.cmd'].some((key) => given.merged.has(key)),
    message: () => 'needs sasl.mechanism, e.g. PLAIN or SCRAM-SHA-512: without it librdkafka tries Kerberos',
  },
  {
    key: 'sasl.mechanisms',
    isBroken: (given) => isSasl(given) && /^(plain|scram)/.test(text(given, 'sasl.mechanisms')) && !hasPassword(given),
    message: () => 'needs sasl.username and sasl.password',
  },
];

/** The relations that are broken, each under the key it is mended at. */
export function findRelationFaults(given: Effective): SettingsFault[] {
  return RELATIONS.filter((relation) => (relation.role ?? given.role) === given.role && relation.isBroken(given)).map(
    ({ key, message }) => {
      const setting = given.user.get(key);
      return { key: setting === undefined ? key : `${setting.option}["${setting.key}"]`, message: message(given) };
    },
  );
}

function text(given: Effective, key: string): string {
  return (given.merged.get(key) ?? KAFKA_KEYS[key]?.default ?? '').trim().toLowerCase();
}

function number(given: Effective, key: string): number {
  return Number(text(given, key));
}

function isOn(value: string): boolean {
  return /^(true|t|1)$/.test(value);
}

function isSasl(given: Effective): boolean {
  return text(given, 'security.protocol').startsWith('sasl_');
}

function hasPassword(given: Effective): boolean {
  return given.merged.has('sasl.username') && given.merged.has('sasl.password');
}

/** librdkafka fits the default of fetch.max.bytes between the size of a message and that of its queue. */
function fetchMaxBytes(given: Effective): number {
  const bytes = number(given, 'fetch.max.bytes');
  if (given.merged.has('fetch.max.bytes')) return bytes;
  const queueKbytes = Math.min(number(given, 'queued.max.messages.kbytes'), MOST_PARTITION_KBYTES);
  return Math.max(Math.min(bytes, queueKbytes * 1024), number(given, 'message.max.bytes'));
}

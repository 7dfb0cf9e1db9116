/** Settings layer: librdkafka keys as users write them, checked without the addon: what librdkafka would refuse is refused here, all at once. */
import type { SettingsFault } from '../errors.js';
import type { KafkaKey } from './kafka-key.js';
import { KAFKA_KEYS, LIBRDKAFKA_VERSION } from './librdkafka-keys.js';
import { maskUserInfo } from './mask.js';
import { findNearest } from './nearest.js';
import { findRefusal } from './refused-keys.js';

/** Which option a configuration came from, and whose keys it may hold; 'both' = only keys that consumers and producers share. */
export interface ConfigPlace {
  readonly option: string;
  readonly role: KafkaKey['role'];
}

const OPTION_OF = { both: 'kafkaConfig', consumer: 'kafkaConsumerConfig', producer: 'kafkaProducerConfig' } as const;

/** Every fault of a configuration: unknown keys (with the nearest known one), keys of the other role, wrong types, words and ranges, and keys
 *  the library sets itself. Values of secret and of unknown keys are never quoted.
 *  Shape: any object -> faults, empty when all is well. */
export function validateKafkaConfig(config: unknown, place: ConfigPlace): SettingsFault[] {
  if (config === undefined) return [];
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    return [{ key: place.option, message: 'must be an object of librdkafka keys' }];
  }
  return Object.entries(config).flatMap(([key, value]) => {
    const message = findKeyFault(key, place) ?? findValueFault(key, value) ?? findRefusal(key, String(value));
    return message === undefined ? [] : [{ key: `${place.option}["${key}"]`, message }];
  });
}

/** The key that a name stands for: itself, or what it is an alias of. */
export function toCanonicalKey(key: string): string {
  return knownKey(key)?.alias ?? key;
}

/** The key's row, safe against names such as `constructor`. */
export function knownKey(key: string): KafkaKey | undefined {
  return Object.hasOwn(KAFKA_KEYS, key) ? KAFKA_KEYS[key] : undefined;
}

function findKeyFault(key: string, place: ConfigPlace): string | undefined {
  const known = knownKey(key);
  if (known === undefined) return describeUnknown(key, place);
  if (known.type === 'api') return 'cannot be set by configuration: it is a callback or a handle of the C library';
  if (known.role === 'both' || known.role === place.role) return undefined;
  const owner = `is a ${known.role} key`;
  if (place.role === 'both')
    return `${owner}: kafkaConfig holds only what consumers and producers share; put it into ${OPTION_OF[known.role]}`;
  return `${owner} and has no effect on a ${place.role}; put it into ${OPTION_OF[known.role]}`;
}

function describeUnknown(key: string, place: ConfigPlace): string {
  const settable = Object.entries(KAFKA_KEYS).filter(([, row]) => row.type !== 'api' && (row.role === 'both' || row.role === place.role));
  const own = settable.map(([name]) => name);
  const nearest = findNearest(key, own) ?? findNearest(key, Object.keys(KAFKA_KEYS));
  return `is not a key of librdkafka ${LIBRDKAFKA_VERSION}${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`;
}

function findValueFault(key: string, value: unknown): string | undefined {
  const known = knownKey(key) as KafkaKey;
  if (value === undefined || value === null)
    return `is ${value} (an environment variable that is not set?): leave the key out, or give it a value`;
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    return `must be a string, number or boolean, got ${Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`}`;
  }
  const expected = findMismatch(known, value);
  return expected === undefined ? undefined : `must be ${expected}, got ${show(key, value)}`;
}

/** What the value should have been, or undefined when it is right. Stricter than librdkafka in one thing: it reads "10abc" as 10. */
function findMismatch(known: KafkaKey, value: string | number | boolean): string | undefined {
  const text = String(value).trim();
  if (known.type === 'string') return typeof value === 'boolean' ? 'a string' : undefined;
  if (known.type === 'boolean') return /^(true|false|t|f|1|0)$/i.test(text) ? undefined : 'true or false';
  if (known.type === 'enum') return isWord(known, text) ? undefined : `one of ${known.values?.join(', ')}`;
  if (known.type === 'flags') {
    const words = text.split(',').map((word) => word.trim().replace(/^[+-]/, ''));
    const fine = known.values === undefined || words.every((word) => word === '' || isWord(known, word));
    return fine ? undefined : `a comma-separated list of ${known.values?.join(', ')}`;
  }
  if (isWord(known, text)) return undefined;
  const number = (known.type === 'integer' ? /^[+-]?\d+$/ : /^[+-]?\d+(\.\d+)?$/).test(text) ? Number(text) : Number.NaN;
  const inRange = number >= (known.min ?? Number.NEGATIVE_INFINITY) && number <= (known.max ?? Number.POSITIVE_INFINITY);
  return inRange ? undefined : describeNumber(known);
}

function isWord(known: KafkaKey, text: string): boolean {
  return known.values?.some((word) => word.toLowerCase() === text.toLowerCase()) ?? false;
}

function describeNumber(known: KafkaKey): string {
  const kind = known.type === 'integer' ? 'an integer' : 'a number';
  const range = known.min === undefined ? kind : `${kind} from ${known.min} to ${known.max}`;
  return known.values === undefined ? range : `${range} or ${known.values.join(', ')}`;
}

/** The value for an error text. Among the keys of logins and certificates a value may have slipped in from its secret neighbour, and a URL may carry a
 *  password in front of its host. */
function show(key: string, value: string | number | boolean): string {
  if (/^(sasl|ssl|https)\./.test(key) || knownKey(key)?.secret === true) return 'a value that is kept secret';
  return typeof value === 'string' ? JSON.stringify(maskUserInfo(value)) : String(value);
}

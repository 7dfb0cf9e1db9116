/** Settings layer: reads options one by one, checks each, fills in defaults, and keeps every fault for one error at the end. */
import type { SettingsFault } from '../errors.js';
import { isLogger, type Logger, resolveLogger } from './logger.js';
import { maskUserInfo } from './mask.js';
import { findNearest } from './nearest.js';
import { findSchemaFault, TopicSchemas } from './schemas.js';
import { findTopicFault, type Schemas } from './topics.js';

/** 2^31 - 1: the longest a timer of Node waits, about 24 days. */
export const MAX_TIMEOUT_MS = 2_147_483_647;

const ADDRESS = /^(?:[a-zA-Z_]+:\/\/)?(?:\[[0-9a-fA-F:.]+\]|[^\s:@[\]/]+)(?::(\d+))?$/;

interface IntegerRule {
  readonly min: number;
  readonly max: number;
  readonly fallback: number;
}

export class OptionReader {
  readonly faults: SettingsFault[] = [];
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(options: unknown) {
    const isOptions = typeof options === 'object' && options !== null;
    if (!isOptions) this.faults.push({ key: 'options', message: `must be an object, got ${describe(options)}` });
    // A copy: what the caller does to the object later changes nothing.
    this.#options = isOptions ? { ...options } : {};
  }

  /** The option as given; undefined and absent are the same. */
  get(name: string): unknown {
    return this.#options[name];
  }

  fault(key: string, message: string): void {
    this.faults.push({ key, message });
  }

  /** Refuses options that do not exist, and by name those that only a later version has. */
  only(names: readonly string[], later: readonly string[]): void {
    for (const name of Object.keys(this.#options)) {
      if (names.includes(name) || this.get(name) === undefined) continue;
      if (later.includes(name)) {
        this.fault(name, 'is not available yet in this version: leave it out');
        continue;
      }
      const nearest = findNearest(name, names);
      this.fault(name, `is not an option${nearest === undefined ? '' : `; did you mean ${nearest}?`}`);
    }
  }

  text(name: string, fallback?: string): string {
    const value = this.get(name) ?? fallback;
    if (typeof value === 'string' && value.trim() !== '') return value;
    this.fault(name, value === undefined ? 'is missing' : `must be a text that is not empty, got ${describe(value)}`);
    return '';
  }

  integer(name: string, rule: IntegerRule): number {
    return this.checkInteger(name, this.get(name), rule);
  }

  checkInteger(name: string, value: unknown, { min, max, fallback }: IntegerRule): number {
    if (value === undefined) return fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    this.fault(name, `must be an integer from ${min} to ${max}, got ${describe(value)}`);
    return fallback;
  }

  number(name: string, { min, max, fallback }: IntegerRule): number {
    const value = this.get(name);
    if (value === undefined) return fallback;
    if (typeof value === 'number' && value >= min && value <= max) return value;
    const least = min === Number.MIN_VALUE ? 'above 0' : `from ${min}`;
    this.fault(name, `must be a number ${least} to ${max}, got ${describe(value)}`);
    return fallback;
  }

  function<F extends (...given: never[]) => unknown>(name: string, fallback: F): F {
    const value = this.get(name);
    if (value === undefined || typeof value === 'function') return (value as F | undefined) ?? fallback;
    this.fault(name, `must be a function, got ${describe(value)}`);
    return fallback;
  }

  flag(name: string): boolean {
    const value = this.get(name);
    if (value !== undefined && typeof value !== 'boolean') this.fault(name, `must be true or false, got ${describe(value)}`);
    return value === true;
  }

  /** One of the words; `later` are words that exist but are not available yet. The first word is the default. */
  oneOf<T extends string>(name: string, words: readonly [T, ...T[]], later: readonly string[] = []): T {
    const value = this.get(name);
    if (value === undefined) return words[0];
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    const isLater = typeof value === 'string' && later.includes(value);
    this.fault(name, isLater ? `"${value}" is not available yet in this version` : `must be ${orList(words)}, got ${describe(value)}`);
    return words[0];
  }

  logger(): Logger {
    const value = this.get('logger');
    if (value === undefined || value === false || isLogger(value)) return resolveLogger(value as Logger | false | undefined);
    this.fault('logger', 'must have the methods debug, info, warn and error (fields, message), or be false');
    return resolveLogger(false);
  }

  /** Host and port pairs as librdkafka takes them: one text, commas between. */
  bootstrapServers(): string {
    const value = this.get('bootstrapServers');
    const list = toTexts(value);
    const servers = list?.flatMap((text) => text.split(',')).map((server) => server.trim());
    const given = servers?.filter((server) => server !== '') ?? [];
    if (given.length === 0)
      this.fault('bootstrapServers', value === undefined ? 'is missing, e.g. "localhost:9092"' : 'names no server, e.g. "localhost:9092"');
    for (const server of given) {
      const port = ADDRESS.exec(server);
      if (port !== null && (port[1] === undefined || (Number(port[1]) >= 1 && Number(port[1]) <= 65_535))) continue;
      this.fault('bootstrapServers', `"${maskUserInfo(server)}" is not host:port`);
    }
    return given.join(',');
  }

  /** Topics, each once, with their schemas where the option is a map. */
  topics(name: string, allowPattern: boolean): { readonly topics: readonly string[]; readonly schemas: TopicSchemas | undefined } {
    const value = this.get(name);
    const map = isMap(value) ? { ...value } : undefined;
    const list = map === undefined ? toTexts(value) : Object.keys(map);
    if (list === undefined || list.length === 0) {
      this.fault(name, value === undefined ? 'is missing' : 'must be a topic, a list of topics or a map from topic to schema');
      return { topics: [], schemas: undefined };
    }
    const before = this.faults.length;
    for (const topic of list) {
      const fault = findTopicFault(topic, allowPattern);
      if (fault !== undefined) this.fault(name, fault);
    }
    for (const [topic, schema] of Object.entries(map ?? {})) {
      const fault = findSchemaFault(schema);
      if (fault !== undefined) this.fault(name, `"${topic}" ${fault}`);
    }
    const isMapOfSchemas = map !== undefined && this.faults.length === before;
    return { topics: Object.freeze([...new Set(list)]), schemas: isMapOfSchemas ? TopicSchemas.from(map as Schemas) : undefined };
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toTexts(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) && value.every((text) => typeof text === 'string') ? (value as string[]) : undefined;
}

function orList(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(' or ');
}

// Never the text itself: a password put into the wrong option must not appear in a log.
function describe(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'another text';
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

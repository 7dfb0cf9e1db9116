/** Settings layer: the schemas of a topic map: what may be one, the one that checks nothing, and which of them a topic has. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { UsageError } from '../errors.js';
import type { Schemas } from './topics.js';

const UNCHECKED: StandardSchemaV1 = Object.freeze({
  '~standard': Object.freeze({ version: 1 as const, vendor: '@predicthq/kafka', validate: (value: unknown) => ({ value }) }),
});

/** A schema that checks nothing and costs nothing: the payloads of that topic are taken to be of type T.
 *  @example new Consumer({ …, inputTopics: { quakes: QuakeSchema, storms: unchecked<Storm>() } }) */
export function unchecked<T>(): StandardSchemaV1<T, T> {
  return UNCHECKED as StandardSchemaV1<T, T>;
}

/** Why this is no schema, or undefined. */
export function findSchemaFault(value: unknown): string | undefined {
  // Some libraries' schemas are functions.
  const isHolder = (typeof value === 'object' && value !== null) || typeof value === 'function';
  const standard = isHolder ? (value as Partial<StandardSchemaV1>)['~standard'] : undefined;
  if (typeof standard === 'object' && standard?.version === 1 && typeof standard.validate === 'function') return undefined;
  return 'has no Standard Schema (zod from 3.24, valibot from 1, arktype from 2 are such; unchecked<T>() checks nothing)';
}

/** A topic map, copied: what the caller does to the map later changes nothing. */
export class TopicSchemas {
  readonly #byName = new Map<string, StandardSchemaV1 | undefined>();
  readonly #byPattern: (readonly [pattern: RegExp, schema: StandardSchemaV1 | undefined])[] = [];

  private constructor(schemas: Schemas) {
    for (const [topic, schema] of Object.entries(schemas)) {
      const checking = schema === UNCHECKED ? undefined : schema;
      if (topic.startsWith('^')) this.#byPattern.push([new RegExp(topic), checking]);
      else this.#byName.set(topic, checking);
    }
  }

  /** Undefined when none of the schemas checks anything. */
  static from(schemas: Schemas): TopicSchemas | undefined {
    return Object.values(schemas).every((schema) => schema === UNCHECKED) ? undefined : new TopicSchemas(schemas);
  }

  /** The schema under the topic's own name, otherwise that of the first pattern that matches; undefined = nothing to check.
   *  @throws UsageError when several patterns are given and JavaScript finds that none matches, although librdkafka has found the topic by one */
  of(topic: string): StandardSchemaV1 | undefined {
    if (this.#byName.has(topic)) return this.#byName.get(topic);
    const [first, second] = this.#byPattern;
    // A single pattern is not asked: the topic can have come by no other, and librdkafka's expressions are not quite JavaScript's.
    if (first !== undefined && second === undefined) return first[1];
    const found = this.#byPattern.find(([pattern]) => pattern.test(topic));
    if (found !== undefined) return found[1];
    const patterns = this.#byPattern.map(([{ source }]) => source).join(', ');
    const text = `Topic "${topic}" has no schema: it matches none of ${patterns} as JavaScript reads them, only as librdkafka does`;
    throw new UsageError('USAGE_ARGUMENT', `${text}; write them so that both agree, or give the topic a key of its own`);
  }
}

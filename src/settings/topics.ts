/** Settings layer: how topics are named in options: one vocabulary for inputs and outputs. */
import type { StandardSchemaV1 } from '@standard-schema/spec';

/** One topic or several, whose payloads nobody checks. */
export type TopicNames = string | readonly string[];

/** A schema for each topic: zod, valibot, arktype or any other Standard Schema, or `unchecked<T>()`.
 *  @see https://standardschema.dev; docs/decisions/0017 */
export type Schemas = Readonly<Record<string, StandardSchemaV1>>;

/** One topic, several, or a map from topic to schema. An input that begins with `^` is a regular expression. */
export type Topics = TopicNames | Schemas;

const LEGAL_NAME = /^[a-zA-Z0-9._-]{1,249}$/;

/** What is wrong with a topic's name, or undefined. */
export function findTopicFault(name: string, allowPattern: boolean): string | undefined {
  if (name.startsWith('^')) return allowPattern ? findPatternFault(name) : `"${name}" is a pattern; an output must be one topic`;
  if (name === '.' || name === '..' || !LEGAL_NAME.test(name)) {
    return `"${name}" is no topic name (1 to 249 of a-z, A-Z, 0-9, ".", "_" and "-")`;
  }
  return undefined;
}

// librdkafka compiles POSIX expressions; what JavaScript cannot compile is a slip of the pen in either.
function findPatternFault(pattern: string): string | undefined {
  try {
    new RegExp(pattern);
    return undefined;
  } catch (error) {
    return `"${pattern}" is no regular expression (${error instanceof Error ? error.message : String(error)})`;
  }
}

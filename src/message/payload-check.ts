/** Message layer: a payload against the schema of its topic; at once, or later where the schema is asynchronous. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { HandlerError, type PayloadIssue, type Position } from '../errors.js';
import { describeCause } from './cause.js';
import { toPayloadIssues } from './payload-issues.js';

const SHOWN_IN_TEXT = 3;

/** The schema says no. */
export class Refusal {
  readonly issues: readonly PayloadIssue[];
  readonly #count: number;

  constructor(issues: readonly PayloadIssue[], count: number) {
    this.issues = issues;
    this.#count = count;
  }

  /** `payload.mag: expected number, received string; payload.place: required (and 2 more)` */
  toString(): string {
    const shown = this.issues.slice(0, SHOWN_IN_TEXT);
    const texts = shown.map(({ path, message }) => `payload${/^[^[]/.test(path) ? '.' : ''}${path}: ${message}`);
    const more = this.#count - shown.length;
    return `${texts.join('; ')}${more > 0 ? ` (and ${more} more)` : ''}`;
  }
}

/** What is to be used instead of the payload, or why it cannot be used. */
export type Verdict = { readonly value: unknown } | Refusal;

/** Whose payload it is, for the error of a schema that throws. */
export interface Checked {
  /** the schema's */
  readonly topic: string;
  /** e.g. `quakes:0:4711` or `messages[3]` */
  readonly place: string;
  readonly position?: Position | undefined;
}

/** Asks the schema. A promise only where the schema gives one: most do not, and a promise a message is what a fast loop cannot afford.
 *  @throws HandlerError SCHEMA_THREW (also as a rejection): a schema says what is wrong with a value, so one that throws is broken or lacks something
 *  that it needs, and another value would not help */
export function checkPayload(schema: StandardSchemaV1, payload: unknown, toChecked: () => Checked): Verdict | Promise<Verdict> {
  try {
    const result = schema['~standard'].validate(payload);
    // By its shape: a promise of another realm is no instance of ours.
    return 'then' in result ? judgeLater(result, payload, toChecked) : judge(result, payload);
  } catch (cause) {
    throw toSchemaError(cause, toChecked());
  }
}

async function judgeLater(
  result: PromiseLike<StandardSchemaV1.Result<unknown>>,
  payload: unknown,
  toChecked: () => Checked,
): Promise<Verdict> {
  try {
    return judge(await result, payload);
  } catch (cause) {
    throw toSchemaError(cause, toChecked());
  }
}

function judge(result: StandardSchemaV1.Result<unknown>, payload: unknown): Verdict {
  return result.issues ? new Refusal(toPayloadIssues(result.issues, payload), result.issues.length) : result;
}

function toSchemaError(cause: unknown, { topic, place, position }: Checked): HandlerError {
  const text = `The schema of topic "${topic}" threw on ${place}: ${describeCause(cause)}`;
  return new HandlerError('SCHEMA_THREW', text, { cause, position });
}

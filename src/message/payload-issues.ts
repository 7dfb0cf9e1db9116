/** Message layer: what a schema complains about, made fit for errors and logs: few, short, on one line, and without the value itself. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { PayloadIssue } from '../errors.js';
import { toPathPart } from './item-json.js';

const MAX_ISSUES = 10;
const MAX_LENGTH = 200;
/** A shorter text is taken out of a message only where it stands in quotes: "a" alone would take every a. */
const TELLING_LENGTH = 4;

type Issue = StandardSchemaV1.Issue;
type Step = PropertyKey | StandardSchemaV1.PathSegment;

/** The first issues, as this library tells them. `payload` is what was checked: whatever of it a message quotes is taken out, since valibot's
 *  (`expected number but received "…"`) and many own ones do. */
export function toPayloadIssues(issues: readonly Issue[], payload: unknown): readonly PayloadIssue[] {
  return issues.slice(0, MAX_ISSUES).map((issue) => {
    const path = issue.path ?? [];
    return { path: shorten(formatPath(path)), message: shorten(withoutValues(String(issue.message), valuesOf(issue, payload))) };
  });
}

/** What stood at the path, and what the schema itself says that it got there: after a transformation that is another. */
function valuesOf(issue: Issue, payload: unknown): readonly unknown[] {
  let value = payload;
  for (const step of issue.path ?? []) {
    const key = keyOf(step);
    // Own ones only: a path is as little to be trusted as the value.
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  }
  const { input } = issue as { readonly input?: unknown };
  return [value, input];
}

function withoutValues(message: string, values: readonly unknown[]): string {
  let text = message;
  for (const value of values) {
    if (typeof value === 'string' && value !== '') {
      for (const quote of ['"', "'", '`']) text = text.replaceAll(`${quote}${value}${quote}`, '<text>');
      if (value.length >= TELLING_LENGTH) text = text.replaceAll(value, '<text>');
    } else if (typeof value === 'number' || typeof value === 'bigint') {
      // Not inside a longer number or word; a dot may end the sentence.
      text = text.replaceAll(new RegExp(`(?<![\\w.-])${String(value).replace(/[.+]/g, '\\$&')}(?!\\.?\\w)`, 'g'), '<number>');
    }
  }
  return text;
}

function formatPath(path: readonly Step[]): string {
  // A path as deep as the value may be would be cut anyway.
  const parts = path.slice(0, MAX_LENGTH).map((step) => {
    const key = keyOf(step);
    return typeof key === 'string' ? toPathPart(key) : `[${String(key)}]`;
  });
  return parts.join('').replace(/^\./, '');
}

function keyOf(step: Step): PropertyKey {
  return typeof step === 'object' ? step.key : step;
}

function shorten(text: string): string {
  const line = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
  return line.replace(/\p{C}/gu, ' ');
}

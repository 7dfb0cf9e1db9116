/** Command line: a message and everything it came from, as a tree. */
import type { History, Ref } from '../index.js';
import { toPlainText } from './plain-text.js';

/** Enough for any history a person reads; one from outside may be as wide as it likes, and what is not shown is not looked at. */
const MAX_LINES = 200;

/** One line a hop, the message first, its parents below it: `topic:partition:offset  key  svc  dt`.
 *  Shape: a hop without a history says so; hops that a budget has cut are counted where they were. */
export function renderLineage(ref: Ref): string[] {
  const lines = [describeHop(ref)];
  for (const line of renderParents(ref, '')) {
    if (lines.length === MAX_LINES) return [...lines, '… and more hops'];
    lines.push(line);
  }
  return lines;
}

/** Not every writer in a topic keeps to the format: a ref may be anything that JSON has. */
type Loose<T> = { readonly [K in keyof T]?: unknown };

function describeHop(ref: unknown): string {
  if (!isObject<Ref>(ref)) return `(no ref: ${toWord(ref)})`;
  const { topic, partition, offset, key, hist } = ref;
  const made = isObject<History>(hist) ? [hist.svc, hist.dt] : ['(no history)'];
  return [[topic, partition, offset].map(toWord).join(':'), ...[key ?? '(no key)', ...made].map(toWord)].join('  ');
}

function* renderParents(ref: unknown, indent: string): Generator<string> {
  const hist = isObject<Ref>(ref) ? ref.hist : undefined;
  if (!isObject<History>(hist)) return;
  const refs: readonly unknown[] = Array.isArray(hist.refs) ? hist.refs : [];
  const last = refs.length - 1;
  if (hist.dropped !== undefined) yield `${indent}${last < 0 ? '└─ ' : '├─ '}… ${toWord(hist.dropped)} hops cut by the history's budget`;
  for (const [index, parent] of refs.entries()) {
    yield `${indent}${index === last ? '└─ ' : '├─ '}${describeHop(parent)}`;
    yield* renderParents(parent, `${indent}${index === last ? '   ' : '│  '}`);
  }
}

function isObject<T>(value: unknown): value is Loose<T> {
  return typeof value === 'object' && value !== null;
}

/** What is no word is shown as the JSON that it came as. */
function toWord(value: unknown): string {
  return typeof value === 'object' ? toPlainText(JSON.stringify(value)) : toPlainText(value);
}

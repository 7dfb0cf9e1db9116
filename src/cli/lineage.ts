/** Command line: a message and everything it came from, as a tree. */
import type { History, Ref } from '../index.js';
import { toPlainText } from './plain-text.js';

/** Enough for any history a person reads; one from outside may be as wide as it likes. */
const MAX_LINES = 200;

/** One line a hop, the message first, its parents below it: `topic:partition:offset  key  svc  dt`.
 *  Shape: a hop without a history says so; hops that a budget has cut are counted where they were. */
export function renderLineage(ref: Ref): string[] {
  const lines = [describeHop(ref), ...renderParents(ref, '')];
  if (lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES), `… ${lines.length - MAX_LINES} more hops`];
}

/** Not every writer in a topic keeps to the format: a ref may be anything that JSON has. */
type Loose<T> = { readonly [K in keyof T]?: unknown };

function describeHop(ref: unknown): string {
  if (!isObject<Ref>(ref)) return `(no ref: ${toWord(ref)})`;
  const { topic, partition, offset, key, hist } = ref;
  const made = isObject<History>(hist) ? [hist.svc, hist.dt] : ['(no history)'];
  return [[topic, partition, offset].map(toWord).join(':'), ...[key ?? '(no key)', ...made].map(toWord)].join('  ');
}

function renderParents(ref: unknown, indent: string): string[] {
  const hist = isObject<Ref>(ref) ? ref.hist : undefined;
  if (!isObject<History>(hist)) return [];
  const cut = hist.dropped === undefined ? [] : [{ line: `… ${toWord(hist.dropped)} hops cut by the history's budget`, parent: null }];
  const refs: readonly unknown[] = Array.isArray(hist.refs) ? hist.refs : [];
  const branches = [...cut, ...refs.map((parent) => ({ line: describeHop(parent), parent }))];
  return branches.flatMap(({ line, parent }, index) => {
    const isLast = index === branches.length - 1;
    const below = parent === null ? [] : renderParents(parent, `${indent}${isLast ? '   ' : '│  '}`);
    return [`${indent}${isLast ? '└─ ' : '├─ '}${line}`, ...below];
  });
}

function isObject<T>(value: unknown): value is Loose<T> {
  return typeof value === 'object' && value !== null;
}

/** What is no word is shown as the JSON that it came as. */
function toWord(value: unknown): string {
  return typeof value === 'object' ? toPlainText(JSON.stringify(value)) : toPlainText(value);
}

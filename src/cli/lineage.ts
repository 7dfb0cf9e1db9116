/** Command line: a message and everything it came from, as a tree. */
import type { Ref } from '../index.js';
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

function describeHop({ topic, partition, offset, key, hist }: Ref): string {
  const made = hist === null ? ['(no history)'] : [hist.svc, hist.dt];
  const place = `${toPlainText(topic)}:${toPlainText(partition)}:${toPlainText(offset)}`;
  return [place, key ?? '(no key)', ...made].map((part) => toPlainText(part)).join('  ');
}

function renderParents({ hist }: Ref, indent: string): string[] {
  if (hist === null) return [];
  const cut = hist.dropped === undefined ? [] : [{ line: `… ${toPlainText(hist.dropped)} hops cut by the history's budget`, parent: null }];
  // Not every writer in a topic keeps to the format.
  const refs = Array.isArray(hist.refs) ? (hist.refs as readonly Ref[]) : [];
  const branches = [...cut, ...refs.map((parent) => ({ line: describeHop(parent), parent }))];
  return branches.flatMap(({ line, parent }, index) => {
    const isLast = index === branches.length - 1;
    const below = parent === null ? [] : renderParents(parent, `${indent}${isLast ? '   ' : '│  '}`);
    return [`${indent}${isLast ? '└─ ' : '├─ '}${line}`, ...below];
  });
}

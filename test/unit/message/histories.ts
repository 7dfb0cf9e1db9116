/** Histories for the tests of this folder, and the ways to count them. */
import { ENVELOPE_HEAD, envelopeTail, type HistoryParts } from '../../../src/message/envelope.js';
import { type History, type Ref, toRefList } from '../../../src/message/history.js';
import type { HistorySource } from '../../../src/message/lazy-ref.js';

/** An envelope as one text. */
export function packEnvelope({ itemJson, ...parts }: HistoryParts & { readonly itemJson: string }): string {
  return `${ENVELOPE_HEAD}${itemJson}${envelopeTail(parts)}`;
}

/** A straight line of so many hops, the newest first in name and time. */
export function chain(hops: number): History {
  let hist: History = { svc: 'origin', dt: '2026-11-23T00:00:00Z', refs: [] };
  for (let hop = hops - 1; hop > 0; hop--) hist = { svc: `s${hop}`, dt: '2026-11-23T01:00:00Z', refs: [refTo(hist, { offset: hop })] };
  return hist;
}

export function refTo(hist: History | null, fields: Partial<Ref> = {}): Ref {
  return { topic: 't', partition: 0, offset: 1, key: 'k', ...fields, hist };
}

/** A source whose depth is what the engine would say: the nesting of brackets. */
export function lazy(text: string | null): HistorySource {
  let depth = 0;
  let deepest = 0;
  for (const char of text ?? '') {
    if (char === '{' || char === '[') deepest = Math.max(deepest, ++depth);
    if (char === '}' || char === ']') depth--;
  }
  return { historyText: () => text, historyDepth: () => deepest };
}

/** Hists from the newest to the deepest, as Python counts before it forgets a history at 100. */
export function hopsAsPython(root: History | null): number {
  let deepest = 0;
  const open: [History | null, number][] = [[root, 1]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [hist, hops] = next;
    if (hist === null) continue;
    deepest = Math.max(deepest, hops);
    for (const ref of toRefList(hist.refs)) open.push([ref.hist, hops + 1]);
  }
  return deepest;
}

/** All hops, those that were dropped included. */
export function countAll(root: History | null): number {
  let count = 0;
  const open: (History | null)[] = [root];
  for (let hist = open.pop(); hist !== undefined; hist = open.pop()) {
    if (hist === null) continue;
    count += 1 + (hist.dropped ?? 0);
    for (const ref of toRefList(hist.refs)) open.push(ref.hist);
  }
  return count;
}

/** The end of the newest line: its svc and dt. */
export function originOf(root: History): { svc: string; dt: string } | undefined {
  let hist: History = root;
  for (;;) {
    const parents: History[] = toRefList(hist.refs).flatMap((ref) => (ref.hist === null ? [] : [ref.hist]));
    if (parents.length === 0) return hist === root ? undefined : { svc: hist.svc, dt: hist.dt };
    hist = parents.reduce((newest, parent) => (parent.dt >= newest.dt ? parent : newest));
  }
}

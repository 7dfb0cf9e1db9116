/** Message layer: fits histories into a budget. The nearest hops and the origin stay; `dropped` counts what was cut between them.
 *
 *  Hops are taken breadth first, so near ones win. The origin is the end of the newest line of ancestors, the line that latencies are
 *  computed on; its room is set aside first, and where that line is cut the origin takes the place of the next ref. */
import { type History, isObject, type Ref, toRefList } from './history.js';
import { countHops } from './hop-count.js';
import { newestParent } from './latency.js';

/** A ref on its way into the output. */
interface RefNode {
  readonly ref: Ref;
  readonly parent: HopNode;
  readonly shell: string;
  hop: HopNode | undefined;
}

/** A hist on its way into the output. */
interface HopNode {
  readonly hist: { readonly refs: unknown };
  readonly level: number;
  readonly parent: HopNode | undefined;
  /** Its own fields as the inside of a JSON object, ending in a comma. */
  readonly fields: string;
  refs: RefNode[];
  dropped: number;
}

interface Budget {
  bytes: number;
}

/** `,"hist":null}` and a comma, `"refs":[]`, `,"dropped":9007199254740991`, braces: what a ref or a hop takes besides its own fields. */
const REF_OVERHEAD = 16;
const HOP_OVERHEAD = 42;

/** The refs as a JSON list within `maxBytes` and `maxHops`. Slow (parses and counts): used only when they do not fit as they are.
 *  Cycles and webs of shared objects are bounded by the budget. */
export function cutHistory(refs: readonly Ref[], maxBytes: number, maxHops: number): { json: string; dropped: number } {
  const count = countHops();
  const root: HopNode = { hist: { refs }, level: 0, parent: undefined, fields: '', refs: [], dropped: 0 };
  const line = newestLine(root.hist);
  const origin = line.at(-1);
  const budget: Budget = { bytes: maxBytes - 2 };
  const reserve = origin === undefined || line.length < 2 ? 0 : bytesOf(origin);
  if (reserve <= budget.bytes) budget.bytes -= reserve;
  addRefs(root, budget, count);
  expandByLevel(root, { budget, maxHops: maxHops - 1, count });
  if (origin !== undefined && reserve <= maxBytes - 2) attachOrigin(root, line, count);
  return { json: writeRefs(root.refs), dropped: root.dropped };
}

/** Adds as many of the hop's refs as fit, without their histories yet; the others are dropped. */
function addRefs(hop: HopNode, budget: Budget, count: (hist: unknown) => number): void {
  for (const ref of toRefList(hop.hist.refs)) {
    const shell = toShell(ref);
    const bytes = Buffer.byteLength(shell) + REF_OVERHEAD;
    if (bytes > budget.bytes) {
      hop.dropped += Math.max(1, count(ref.hist));
      continue;
    }
    budget.bytes -= bytes;
    hop.refs.push({ ref, parent: hop, shell, hop: undefined });
  }
}

interface Limits {
  readonly budget: Budget;
  readonly maxHops: number;
  readonly count: (hist: unknown) => number;
}

function expandByLevel(root: HopNode, limits: Limits): void {
  // A queue that grows while it is read: breadth first.
  const queue: RefNode[] = [...root.refs];
  for (const node of queue) {
    if (!isObject(node.ref.hist)) continue;
    const hop = openHop(node.ref.hist as unknown as History, node.parent, limits);
    if (hop === undefined) {
      node.parent.dropped += limits.count(node.ref.hist);
      continue;
    }
    node.hop = hop;
    queue.push(...hop.refs);
  }
}

/** The hop with what fits of its refs, or undefined when not even its own fields fit, when it is too far away, or when it is its own ancestor. */
function openHop(hist: History, parent: HopNode, limits: Limits): HopNode | undefined {
  if (parent.level >= limits.maxHops || isWithin(hist, parent)) return undefined;
  const fields = toFields(hist);
  const bytes = Buffer.byteLength(fields) + HOP_OVERHEAD;
  if (bytes > limits.budget.bytes) return undefined;
  limits.budget.bytes -= bytes;
  const hop: HopNode = { hist, level: parent.level + 1, parent, fields, refs: [], dropped: toCount(hist.dropped) };
  addRefs(hop, limits.budget, limits.count);
  return hop;
}

function isWithin(hist: object, parent: HopNode): boolean {
  for (let hop: HopNode | undefined = parent; hop !== undefined; hop = hop.parent) if (hop.hist === hist) return true;
  return false;
}

/** The refs from the newest parent down to the origin; stops where a cycle closes. */
function newestLine(from: { readonly refs: unknown }): Ref[] {
  const line: Ref[] = [];
  const seen = new Set<unknown>();
  for (let ref = newestParent(from); ref?.hist && !seen.has(ref.hist); ref = newestParent(ref.hist)) {
    seen.add(ref.hist);
    line.push(ref);
  }
  return line;
}

/** Follows the newest line as far as it was taken, then puts the origin in the place of the first ref whose history was not. */
function attachOrigin(root: HopNode, line: readonly Ref[], count: (hist: unknown) => number): void {
  const origin = line.at(-1) as Ref;
  let hop = root;
  for (const ref of line) {
    const node = hop.refs.find((candidate) => candidate.ref === ref);
    if (node?.hop !== undefined) {
      hop = node.hop;
      continue;
    }
    const originHist = origin.hist as History;
    const fields = toFields(originHist);
    const originHop: HopNode = {
      hist: originHist,
      level: hop.level + 1,
      parent: hop,
      fields,
      refs: [],
      dropped: toCount(originHist.dropped),
    };
    hop.refs = hop.refs.filter((candidate) => candidate !== node);
    hop.refs.push({ ref: origin, parent: hop, shell: toShell(origin), hop: originHop });
    hop.dropped = Math.max(0, hop.dropped - count({ ...originHist, refs: null }));
    return;
  }
}

function bytesOf(ref: Ref): number {
  return Buffer.byteLength(toShell(ref)) + REF_OVERHEAD + Buffer.byteLength(toFields(ref.hist as History)) + HOP_OVERHEAD;
}

function toShell(ref: Ref): string {
  return openEnded(JSON.stringify({ ...ref, hist: undefined }));
}

function toFields(hist: History): string {
  return openEnded(JSON.stringify({ ...hist, refs: undefined, dropped: undefined }));
}

/** `{"a":1}` -> `{"a":1,` and `{}` -> `{`. */
function openEnded(object: string): string {
  return object === '{}' ? '{' : `${object.slice(0, -1)},`;
}

function toCount(dropped: unknown): number {
  return typeof dropped === 'number' && dropped > 0 ? dropped : 0;
}

// Recursive: never deeper than maxHops.
function writeRefs(refs: readonly RefNode[]): string {
  return `[${refs.map((node) => `${node.shell}"hist":${node.hop === undefined ? 'null' : writeHop(node.hop)}}`).join(',')}]`;
}

function writeHop(hop: HopNode): string {
  const refs = hop.hist.refs === null ? 'null' : writeRefs(hop.refs);
  return `${hop.fields}"refs":${refs}${hop.dropped === 0 ? '' : `,"dropped":${hop.dropped}`}}`;
}

/** Message layer: fits histories into a budget. The nearest hops and the origin stay; `dropped` counts what was cut between them.
 *
 *  Hops are taken level by level, so near ones win. The origin is the end of the newest line of ancestors, the line that latencies are
 *  computed on: its room is set aside first, in each level that line goes first, and where it is cut the origin takes the place of its next
 *  ref. Nothing else of that level is taken then, or a sibling newer than the origin would divert the line. */
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
  const budget: Budget = { bytes: maxBytes - 2 };
  const keepsOrigin = reserveOrigin(line, budget);
  const limits: Limits = { budget, maxHops: maxHops - 1, count, line: new Set(line) };
  addRefs(root, limits);
  expandByLevel(root.refs, limits);
  if (keepsOrigin) attachOrigin(root, line, count);
  return { json: writeRefs(root.refs), dropped: root.dropped };
}

/** Sets room aside for the origin; false when it needs none (it is a parent itself) or there is none. */
function reserveOrigin(line: readonly Ref[], budget: Budget): boolean {
  const bytes = line.length < 2 ? Number.POSITIVE_INFINITY : bytesOf(line.at(-1) as Ref);
  if (bytes > budget.bytes) return false;
  budget.bytes -= bytes;
  return true;
}

interface Limits {
  readonly budget: Budget;
  readonly maxHops: number;
  readonly count: (hist: unknown) => number;
  /** The refs of the newest line. */
  readonly line: ReadonlySet<Ref>;
}

/** Adds as many of the hop's refs as fit, without their histories yet; the others are dropped. The newest line's comes first, in its place. */
function addRefs(hop: HopNode, { budget, count, line }: Limits): void {
  const nodes = toRefList(hop.hist.refs).map((ref): RefNode => ({ ref, parent: hop, shell: toShell(ref), hop: undefined }));
  const kept = new Set<RefNode>();
  for (const node of lineFirst(nodes, line)) {
    const bytes = Buffer.byteLength(node.shell) + REF_OVERHEAD;
    if (bytes <= budget.bytes) {
      budget.bytes -= bytes;
      kept.add(node);
    } else if (line.has(node.ref)) break;
  }
  hop.refs = nodes.filter((node) => kept.has(node));
  for (const node of nodes) if (!kept.has(node)) hop.dropped += Math.max(1, count(node.ref.hist));
}

function expandByLevel(firstLevel: readonly RefNode[], limits: Limits): void {
  let isCut = false;
  for (let level = firstLevel; level.length > 0; ) {
    const next: RefNode[] = [];
    for (const node of lineFirst(level, limits.line)) {
      if (!isObject(node.ref.hist)) continue;
      node.hop = isCut ? undefined : openHop(node.ref.hist as unknown as History, node.parent, limits);
      if (node.hop !== undefined) next.push(...node.hop.refs);
      else node.parent.dropped += limits.count(node.ref.hist);
      isCut ||= node.hop === undefined && limits.line.has(node.ref);
    }
    level = next;
  }
}

function lineFirst(nodes: readonly RefNode[], line: ReadonlySet<Ref>): RefNode[] {
  return [...nodes.filter((node) => line.has(node.ref)), ...nodes.filter((node) => !line.has(node.ref))];
}

/** The hop with what fits of its refs, or undefined when not even its own fields fit, when it is too far away, or when it is its own ancestor. */
function openHop(hist: History, parent: HopNode, limits: Limits): HopNode | undefined {
  if (parent.level >= limits.maxHops || isWithin(hist, parent)) return undefined;
  const fields = toFields(hist);
  const bytes = Buffer.byteLength(fields) + HOP_OVERHEAD;
  if (bytes > limits.budget.bytes) return undefined;
  limits.budget.bytes -= bytes;
  const hop: HopNode = { hist, level: parent.level + 1, parent, fields, refs: [], dropped: toCount(hist.dropped) };
  addRefs(hop, limits);
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

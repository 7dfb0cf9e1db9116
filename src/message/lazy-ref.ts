/** Message layer: the ref of a consumed message; most handlers never look at the history, so its text is parsed only when read. */
import { inspect } from 'node:util';
import { type History, isObject, type Ref, toRefList } from './history.js';

/** Where a batch keeps the histories of its rows. */
export interface HistorySource {
  /** The JSON text of the row's history; null = none. */
  historyText(row: number): string | null;
  /** Bracket nesting of that text; one hop is three levels. */
  historyDepth(row: number): number;
}

/** A ref where refs holds one object instead of a list, the form of old data. Also matches inside a string, which costs only a detour. */
const SINGLE_REF = /"refs"\s*:\s*\{/;

/** The ref of a consumed message.
 *  Shape: own topic, partition, offset, key; `hist` is a getter, so `{ ...ref }` has no history while JSON.stringify(ref) has all of it.
 *  It keeps its batch's memory alive until `hist` was read or the ref is dropped. */
export class LazyRef implements Ref {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  #source: HistorySource;
  #row: number;
  #hist: History | null | undefined;

  constructor(topic: string, partition: number, offset: number, key: string | null, source: HistorySource, row: number) {
    this.topic = topic;
    this.partition = partition;
    this.offset = offset;
    this.key = key;
    this.#source = source;
    this.#row = row;
    this.#hist = undefined;
  }

  get hist(): History | null {
    if (this.#hist === undefined) this.#hist = parseHistory(this.#source.historyText(this.#row));
    return this.#hist;
  }

  toJSON(): Ref {
    return { topic: this.topic, partition: this.partition, offset: this.offset, key: this.key, hist: this.hist };
  }

  [inspect.custom](): unknown {
    return { topic: this.topic, partition: this.partition, offset: this.offset, key: this.key };
  }

  static is(ref: object): ref is LazyRef {
    return #source in ref;
  }

  /** For the packing of outputs: the history's text as it came, with its nesting. */
  static textOf(ref: LazyRef): string | null {
    return ref.#source.historyText(ref.#row);
  }

  static depthOf(ref: LazyRef): number {
    return ref.#source.historyDepth(ref.#row);
  }
}

/** Can the text go into an output as it is? Only the single-ref form cannot: Python forgets a history that contains it. */
export function hasSingleRef(historyText: string): boolean {
  return SINGLE_REF.test(historyText);
}

function parseHistory(text: string | null): History | null {
  if (text === null) return null;
  const hist: unknown = JSON.parse(text);
  if (!isObject(hist)) return null;
  if (hasSingleRef(text)) listSingleRefs(hist);
  return hist as unknown as History;
}

/** Gives old data the form of the type: a single ref becomes a list of one. In place, because the tree is ours, fresh from the parser. */
function listSingleRefs(root: Readonly<Record<string, unknown>>): void {
  const open: { refs?: unknown }[] = [root];
  for (let hist = open.pop(); hist !== undefined; hist = open.pop()) {
    if (isObject(hist.refs)) hist.refs = [hist.refs];
    for (const ref of toRefList(hist.refs)) {
      if (isObject(ref.hist)) open.push(ref.hist as { refs?: unknown });
    }
  }
}

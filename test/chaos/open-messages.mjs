/** Chaos: which acknowledged messages nobody has handled yet. Only to know when to stop waiting; whether all is well the checks decide. */

import { UNDER_WAY_MS } from './checks/handled.mjs';

/** @typedef {import('./types.js').Line} Line
 *  @typedef {{ tp: string, offset: number, u: string }} Row */

const UNDER_WAY_RECORDS = 20;

export class OpenMessages {
  #acked = 0;
  /** partitions that somebody was given @type {Set<string>} */
  #owned = new Set();
  /** acknowledged, not handled: by unique name the place, whose offset may be unknown @type {Map<string, { tp: string, offset: number }>} */
  #open = new Map();
  /** unique names of what is handled @type {Set<string>} */
  #done = new Set();
  /** unique names by place, of what was begun @type {Map<string, string>} */
  #names = new Map();
  /** by partition the end of what is acknowledged, and what is committed, as far as somebody said so @type {Map<string, { end: number, committed: number }>} */
  #partitions = new Map();
  /** when the topic was made anew, and where the former one ended @type {{ t: number, ends: Map<string, number> } | undefined} */
  #anew;
  /** calls that run: what they have @type {Map<string, readonly Row[]>} */
  #calls = new Map();

  /** @param {Line} line */
  take(line) {
    const call = `${line.m} ${line.i} ${line.call}`;
    if (line.k === 'acked') for (const row of /** @type {[string, string, number, string][]} */ (line.rows)) this.#add(row, line.t);
    else if (line.k === 'begun') this.#begin(call, line);
    else if (line.k === 'handled') this.#end(call, line);
    else if (line.k === 'threw') this.#calls.delete(call);
    else if (line.k === 'dead') this.#close(this.#names.get(`${line.tp}:${line.offset}`) ?? '');
    else if (line.k === 'reset') this.#pass(line);
    else if (line.k === 'committed')
      for (const [tp, offset] of /** @type {[string, number][]} */ (line.ps)) this.#partitionOf(tp).committed = offset;
    else if (line.k === 'assigned') for (const [tp] of /** @type {[string, number][]} */ (line.ps)) this.#owned.add(tp);
    else if (line.k === 'recreated') this.#beginAnew(line.t);
  }

  count() {
    return { acked: this.#acked, handled: this.#done.size, open: this.#open.size, owned: this.#owned.size, uncommitted: this.#uncommitted };
  }

  /** partitions that are not committed to their end */
  get #uncommitted() {
    return [...this.#partitions.values()].filter(({ end, committed }) => committed < end).length;
  }

  /** @param {string} tp */
  #partitionOf(tp) {
    const known = this.#partitions.get(tp) ?? { end: 0, committed: 0 };
    this.#partitions.set(tp, known);
    return known;
  }

  /** The topic is another one, with offsets from 0. @param {number} t */
  #beginAnew(t) {
    this.#open.clear();
    this.#anew = { t, ends: new Map([...this.#partitions].map(([tp, { end }]) => [tp, end])) };
    this.#partitions.clear();
  }

  /** May the record, of a batch that was under way when the topic was made anew, be in the former one? By its offset, which the new topic has not come
   *  to yet, or which nobody knows. Only for the waiting: the checks look into the log.
   *  @param {string} tp @param {number} offset @param {number} t */
  #isGone(tp, offset, t) {
    if (this.#anew === undefined || t - this.#anew.t >= UNDER_WAY_MS) return false;
    return offset < 0 || offset >= (this.#anew.ends.get(tp) ?? 0) - UNDER_WAY_RECORDS;
  }

  /** @param {[u: string, tp: string, offset: number, kind: string]} row @param {number} t */
  #add([u, tp, offset, kind], t) {
    if (this.#isGone(tp, offset, t)) return;
    const partition = this.#partitionOf(tp);
    partition.end = Math.max(partition.end, offset + 1);
    if (kind !== 'message') return;
    this.#acked++;
    if (!this.#done.has(u)) this.#open.set(u, { tp, offset });
  }

  /** @param {string} u */
  #close(u) {
    this.#done.add(u);
    this.#open.delete(u);
  }

  /** @param {string} call @param {Line} line */
  #begin(call, line) {
    const rows = rowsOf(line);
    this.#calls.set(call, rows);
    for (const { tp, offset, u } of rows) this.#names.set(`${tp}:${offset}`, u);
  }

  /** What the handler reported as failed stays open. @param {string} call @param {Line} line */
  #end(call, line) {
    const failed = new Set(/** @type {string[] | undefined} */ (line.failed));
    for (const { tp, offset, u } of this.#calls.get(call) ?? []) if (!failed.has(`${tp}:${offset}`)) this.#close(u);
    this.#calls.delete(call);
  }

  /** A reset passes over what is not in the log any more. @param {Line} line */
  #pass(line) {
    if (line.reason !== 'out-of-range') return;
    for (const [u, { tp, offset }] of this.#open) if (tp === line.tp && offset < /** @type {number} */ (line.to)) this.#open.delete(u);
  }
}

/** @param {Line} line @returns {readonly Row[]} */
function rowsOf(line) {
  const rows = /** @type {Record<string, [epoch: number, [number, string][]]>} */ (line.rows);
  return Object.entries(rows).flatMap(([tp, [, list]]) => list.map(([offset, u]) => ({ tp, offset, u })));
}

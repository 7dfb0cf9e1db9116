/** Chaos check: what the brokers stored of the group's positions is never ahead of what was handled, and never goes back unless somebody sought. */
import { firstDone } from '../story.mjs';
import { resetsOf } from './handled.mjs';

/** @typedef {import('../types.js').Evidence} Evidence
 *  @typedef {import('../types.js').Finding} Finding
 *  @typedef {import('../story.mjs').Story} Story */

/** The brokers' clock is ours, read in whole milliseconds on both sides. */
const CLOCK_MS = 2;
/** A seek, and its commit after the next batch. */
const MOST_TOLD = 5;

/** @param {Evidence} evidence @param {Story} story @returns {Finding[]} */
export function checkCommitted(evidence, story) {
  if (evidence.plan.class === 'recreated') return []; // offsets begin anew: the same number means two things
  return [...findAhead(evidence, story), ...findBackward(evidence), ...findUntrue(evidence)];
}

/** @param {Evidence} evidence @param {Story} story @returns {Finding[]} */
function findAhead({ entries, log, deadLetters, commits }, story) {
  const done = firstDone(story);
  const resets = resetsOf(entries);
  /** where the check of a partition has come to @type {Map<string, number>} */
  const checked = new Map();
  /** @type {string[]} */
  const ahead = [];
  for (const { tp, offset, atMs } of commits) {
    if (offset === null) continue;
    const from = checked.get(tp) ?? 0;
    if (offset <= from) continue;
    checked.set(tp, offset);
    const passed = resets.get(tp) ?? [];
    for (const record of between(log.get(tp) ?? [], from, offset)) {
      if (record.kind !== 'message' || (record.u !== null && deadLetters.has(record.u))) continue;
      const doneMs = done.get(tp)?.get(record.offset);
      if (doneMs !== undefined && doneMs <= atMs + CLOCK_MS) continue;
      if (passed.some((reset) => record.offset >= reset.from && record.offset < reset.to)) continue;
      const when = doneMs === undefined ? 'never handled' : `handled ${doneMs - atMs} ms later`;
      ahead.push(`${tp} to ${offset}, but ${record.offset} was ${when}`);
    }
  }
  if (ahead.length === 0) return [];
  return [
    {
      check: 'committed',
      text: `${ahead.length} positions were committed before they were handled: ${ahead.slice(0, MOST_TOLD).join('; ')}`,
    },
  ];
}

/** Records from an offset up to another. @param {readonly import('../types.js').LogRecord[]} records @param {number} from @param {number} to */
function between(records, from, to) {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (/** @type {import('../types.js').LogRecord} */ (records[middle]).offset < from) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < records.length && /** @type {import('../types.js').LogRecord} */ (records[end]).offset < to) end++;
  return records.slice(low, end);
}

/** @param {Evidence} evidence @returns {Finding[]} */
function findBackward({ entries, commits }) {
  const rewinds = new Rewinds(entries);
  /** @type {Map<string, number>} */
  const last = new Map();
  /** @type {string[]} */
  const back = [];
  for (const commit of commits) {
    const { tp, offset } = commit;
    if (offset === null) {
      last.delete(tp);
      continue;
    }
    const before = last.get(tp);
    if (before !== undefined && offset < before && !rewinds.explain(tp, offset, commit.atMs))
      back.push(`${tp} from ${before} to ${offset}`);
    last.set(tp, offset);
  }
  if (back.length === 0) return [];
  return [{ check: 'committed', text: `the committed position went back ${back.length} times: ${back.slice(0, MOST_TOLD).join('; ')}` }];
}

/** What may take a group back: a seek; a log whose beginning was cut off; a commit without an answer, which the broker may carry out after the one that was sent
 *  in its place. Each explains one step. Where a partition starts for the first time is none. */
class Rewinds {
  #open;

  /** @param {Evidence['entries']} entries */
  constructor(entries) {
    this.#open = entries.filter(
      ({ k, reason, error }) =>
        k === 'seek' || (k === 'reset' && reason === 'out-of-range') || (k === 'commit-retried' && error === '_TIMED_OUT'),
    );
  }

  /** @param {string} tp @param {number} offset @param {number} atMs */
  explain(tp, offset, atMs) {
    const leadsTo = (/** @type {import('../types.js').Entry} */ e) =>
      e.k === 'commit-retried' ? e.offset === offset : /** @type {number} */ (e.to) <= offset;
    const found = this.#open.findLast((e) => e.tp === tp && e.t <= atMs + CLOCK_MS && leadsTo(e));
    this.#open = this.#open.filter((entry) => entry !== found);
    return found !== undefined;
  }
}

/** What a consumer says is committed must have been stored: it, or a later position that was sent in its place. @param {Evidence} evidence @returns {Finding[]} */
function findUntrue({ entries, commits }) {
  /** @type {Map<string, number>} */
  const furthest = new Map();
  for (const { tp, offset } of commits) furthest.set(tp, Math.max(offset ?? 0, furthest.get(tp) ?? 0));
  const told = entries.filter(({ k }) => k === 'committed').flatMap((entry) => /** @type {[string, number][]} */ (entry.ps));
  const untrue = told.filter(([tp, offset]) => offset > (furthest.get(tp) ?? 0)).map(([tp, offset]) => `${tp}:${offset}`);
  if (untrue.length === 0) return [];
  return [
    { check: 'committed', text: `${untrue.length} commits were told that were not stored: ${untrue.slice(0, MOST_TOLD).join(', ')}` },
  ];
}

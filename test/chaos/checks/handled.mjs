/** Chaos check: every record that was acknowledged is handled, dead-lettered, told as unreadable, or was passed over by a reset that was told. */
import { doneRows } from '../story.mjs';

/** @typedef {import('../types.js').Evidence} Evidence
 *  @typedef {import('../types.js').Finding} Finding
 *  @typedef {import('../story.mjs').Story} Story */

const MOST_TOLD = 5;

/** @param {Evidence} evidence @param {Story} story @returns {Finding[]} */
export function checkHandled(evidence, story) {
  const lost = findLost(evidence, story);
  if (lost.length === 0) return [];
  return [{ check: 'handled', text: `${lost.length} acknowledged records were never handled: ${lost.slice(0, MOST_TOLD).join(', ')}` }];
}

/** A batch that was under way when the topic was made anew is told as acknowledged so long after. */
export const UNDER_WAY_MS = 10_000;

/** @param {Evidence} evidence @param {Story} story @returns {string[]} */
export function findLost({ plan, entries, deadLetters, log }, story) {
  const done = new Set(story.calls.flatMap((call) => doneRows(call).map(({ u }) => u)));
  const told = new Set(entries.filter(({ k }) => k === 'invalid').map((entry) => entry.tp));
  const resets = resetsOf(entries);
  const lostWithTopic = plan.class === 'recreated' ? lostWithTopicOf(entries, log) : new Set();
  /** @type {string[]} */
  const lost = [];
  for (const [u, tp, offset, kind] of ackedRows(entries)) {
    const isTold = kind === 'tombstone' || (kind === 'invalid' && told.has(`${tp}:${offset}`));
    if (isTold || done.has(u) || deadLetters.has(u) || lostWithTopic.has(u)) continue;
    const isPassed = (resets.get(tp) ?? []).some(({ from, to }) => offset >= from && offset < to);
    if (!isPassed) lost.push(`${u} at ${tp}:${offset}`);
  }
  return lost;
}

/** @typedef {[u: string, tp: string, offset: number, kind: string]} AckedRow */

/** @param {readonly import('../types.js').Entry[]} entries @returns {AckedRow[]} */
export const ackedRows = (entries) => entries.filter(({ k }) => k === 'acked').flatMap((entry) => /** @type {AckedRow[]} */ (entry.rows));

/** What was acknowledged while the topic's former life lasted goes with it. A batch is told when its last record is in: of one that was under way some went
 *  into the former topic, and are not in the log now.
 *  @param {readonly import('../types.js').Entry[]} entries @param {Evidence['log']} log */
function lostWithTopicOf(entries, log) {
  const at = entries.findIndex(({ k }) => k === 'recreated');
  if (at < 0) return new Set();
  const { t } = /** @type {import('../types.js').Entry} */ (entries[at]);
  const there = new Set([...log.values()].flatMap((records) => records.map(({ u }) => u)));
  const underWay = ackedRows(entries.slice(at).filter((entry) => entry.t - t < UNDER_WAY_MS));
  return new Set([...ackedRows(entries.slice(0, at)), ...underWay.filter(([u]) => !there.has(u))].map(([u]) => u));
}

/** By topic:partition what resets passed over since it was not in the log any more. A first start passes over what was there before the group, and here
 *  nothing was. @param {readonly import('../types.js').Entry[]} entries */
export function resetsOf(entries) {
  /** @type {Map<string, { from: number, to: number }[]>} */
  const resets = new Map();
  for (const entry of entries.filter(({ k, reason }) => k === 'reset' && reason === 'out-of-range')) {
    const tp = /** @type {string} */ (entry.tp);
    const from = /** @type {number} */ (entry.from);
    resets.set(tp, [...(resets.get(tp) ?? []), { from, to: /** @type {number} */ (entry.to) }]);
  }
  return resets;
}

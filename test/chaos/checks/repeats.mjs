/** Chaos check: what is handled again stays within the documented window: (maxUncommittedBatches + 1) x batchSize for each hard end, none for others. */
import { doneRows } from '../story.mjs';

/** @typedef {import('../types.js').Evidence} Evidence
 *  @typedef {import('../types.js').Finding} Finding
 *  @typedef {import('../story.mjs').Story} Story */

/** What a handler seeks back at most (roles/handling.mjs). */
const SEEK_BACK = 15;
/** Of each partition, in batches: what may be handled ahead of the committed position under `concurrency`. */
const LOOK_AHEAD = 4;

/** How often positions were handled again. @param {Story} story */
export function countRepeats({ calls }) {
  const seen = new Set();
  let repeats = 0;
  for (const call of calls) {
    for (const { u } of doneRows(call)) {
      if (seen.has(u)) repeats++;
      seen.add(u);
    }
  }
  return repeats;
}

/** Endings after which the last batches come again, and what they may bring back. @param {Evidence} evidence @param {Story} story */
export function repeatsAllowed({ plan, entries }, story) {
  const hard = hardEnds(entries);
  const seeks = entries.filter(({ k }) => k === 'seek').length;
  const window = (plan.maxUncommittedBatches + 1) * plan.batchSize;
  const ahead = LOOK_AHEAD * plan.batchSize * openEnds(plan, entries);
  const isAnything = plan.class === 'recreated' ? Number.POSITIVE_INFINITY : 0;
  return {
    hard,
    seeks,
    allowed: hard * window + seeks * (window + SEEK_BACK + plan.batchSize) + ahead + isAnything,
    epochs: story.epochs.size,
  };
}

/** Under a policy or `concurrency` messages are done ahead of one that is not: each end of an ownership may bring its look-ahead back.
 *  @param {import('../types.js').Plan} plan @param {readonly import('../types.js').Entry[]} entries */
function openEnds(plan, entries) {
  if (plan.concurrency === null && !plan.retry) return 0;
  const revoked = entries.filter(({ k }) => k === 'revoked').reduce((sum, e) => sum + /** @type {unknown[]} */ (e.ps).length, 0);
  return revoked + plan.partitions * entries.filter((e) => e.k === 'signal' && e.signal === 'SIGKILL').length;
}

/** Killed, lost, given away in the middle of a batch, or ended by an error: a lost assignment of several partitions is one end.
 *  @param {readonly import('../types.js').Entry[]} entries */
function hardEnds(entries) {
  const isHard = (/** @type {import('../types.js').Entry} */ entry) =>
    (entry.k === 'signal' && entry.signal === 'SIGKILL' && !/^p\d/.test(String(entry.who))) ||
    (entry.k === 'revoked' && (entry.lost === true || entry.drained === false)) ||
    (entry.k === 'rejected' && entry.code !== 'HANDLER_THREW') ||
    entry.k === 'hung';
  return entries.filter(isHard).length;
}

/** @param {Evidence} evidence @param {Story} story @returns {Finding[]} */
export function checkRepeats(evidence, story) {
  const repeats = countRepeats(story);
  const { hard, seeks, allowed } = repeatsAllowed(evidence, story);
  if (repeats <= allowed) return [];
  return [{ check: 'repeats', text: `${repeats} messages were handled again; ${hard} hard ends and ${seeks} seeks allow ${allowed}` }];
}

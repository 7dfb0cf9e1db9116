/** Chaos: all checks over the evidence of one seed. Pure: the same evidence gives the same findings. */
import { tellStory } from '../story.mjs';
import { checkCommitted } from './committed.mjs';
import { checkEnds } from './ends.mjs';
import { checkEpochs } from './epochs.mjs';
import { checkHandled } from './handled.mjs';
import { checkOrder } from './order.mjs';
import { checkOwners } from './owners.mjs';
import { checkProduced } from './produced.mjs';
import { checkRepeats, countRepeats, repeatsAllowed } from './repeats.mjs';

/** @typedef {import('../types.js').Evidence} Evidence
 *  @typedef {import('../types.js').Finding} Finding
 *  @typedef {{ acked: number, handled: number, repeats: number, allowed: number, hardEnds: number, ownerships: number, settledMs: number | null }} Counts */

const CHECKS = [checkHandled, checkCommitted, checkEpochs, checkOwners, checkProduced, checkOrder, checkRepeats, checkEnds];

/** @param {Evidence} evidence @returns {{ findings: Finding[], counts: Counts }} */
export function checkAll(evidence) {
  const story = tellStory(evidence.entries);
  const findings = CHECKS.flatMap((check) => check(evidence, story));
  const { allowed, hard } = repeatsAllowed(evidence, story);
  const acked = evidence.entries.filter(({ k }) => k === 'acked').reduce((sum, e) => sum + /** @type {unknown[]} */ (e.rows).length, 0);
  const handled = story.calls.reduce((sum, call) => sum + (call.outcome === 'handled' ? call.rows.length : 0), 0);
  const settledMs = /** @type {number | undefined} */ (evidence.entries.find(({ k }) => k === 'settled')?.ms) ?? null;
  return {
    findings,
    counts: { acked, handled, repeats: countRepeats(story), allowed, hardEnds: hard, ownerships: story.epochs.size, settledMs },
  };
}

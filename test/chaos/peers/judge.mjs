/** Chaos: what a peer lost and repeated in a seed. Counted, not judged by our promises: theirs are others. Pure. */
import { checkCommitted } from '../checks/committed.mjs';
import { ackedRows, findLost } from '../checks/handled.mjs';
import { isThere, placesOf } from '../checks/produced.mjs';
import { countRepeats } from '../checks/repeats.mjs';
import { tellStory } from '../story.mjs';

/** @typedef {{ acked: number, refused: number, lost: number, again: number, twiceInLog: number, notWhereTold: number, ahead: number, settledMs: number | null,
 *    ended: string }} Verdict */

/** @param {import('../types.js').Evidence} evidence @returns {Verdict} */
export function judge(evidence) {
  const { entries, log } = evidence;
  const story = tellStory(entries);
  const places = placesOf(log);
  const acked = ackedRows(entries);
  const settledMs = /** @type {number | undefined} */ (entries.find(({ k }) => k === 'settled')?.ms) ?? null;
  const hung = entries.filter(({ k }) => k === 'hung').map((e) => `${e.who} did not end`);
  const killed = new Set(entries.filter((e) => e.k === 'signal' && e.signal === 'SIGKILL').map((e) => `${e.who}.${e.of}`));
  const died = entries
    .filter((e) => e.k === 'exit' && e.code !== 0 && !killed.has(`${e.who}.${e.of}`))
    .map((e) => `${e.who} ended with ${e.code}`);
  return {
    acked: acked.length,
    refused: entries.filter(({ k }) => k === 'failed').flatMap((e) => /** @type {unknown[]} */ (e.rows)).length,
    lost: findLost(evidence, story).length,
    again: countRepeats(story),
    twiceInLog: [...places.values()].filter((at) => at.length > 1).length,
    // A tombstone has no room for a name.
    notWhereTold: acked.filter(([u, tp, offset, kind]) => kind !== 'tombstone' && !isThere(places.get(u), tp, offset)).length,
    ahead: checkCommitted(evidence, story).filter(({ text }) => text.includes('before they were handled')).length,
    settledMs,
    ended: [...hung, ...died].join('; ') || 'well',
  };
}

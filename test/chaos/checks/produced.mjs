/** Chaos check: what was acknowledged is in the log once, where the acknowledgement says, in the order in which it was sent; what was refused is not. */
import { ackedRows } from './handled.mjs';

/** @typedef {import('../types.js').Evidence} Evidence
 *  @typedef {import('../types.js').Finding} Finding */

const MOST_TOLD = 5;

/** @param {Evidence} evidence @returns {Finding[]} */
export function checkProduced({ plan, entries, log }) {
  const places = placesOf(log);
  /** Where the log's beginning is cut off, what is missing says nothing. */
  const isCut = plan.class === 'retention' || plan.class === 'recreated';
  const acked = ackedRows(entries).filter(([, , , kind]) => kind !== 'tombstone');
  const missing = acked.filter(([u, tp, offset]) => !isThere(places.get(u), tp, offset) && !(isCut && places.get(u) === undefined));
  const broken = sessionsBroken(entries);
  const repeated = [...places].filter(([u, at]) => at.length > 1 && !broken.has(processOf(u)));
  const refused = entries.filter(({ k }) => k === 'failed').flatMap((entry) => /** @type {[string, string, string][]} */ (entry.rows));
  const written = refused.filter(([u, persisted]) => persisted === 'no' && places.has(u));
  return [
    ...toFinding(
      'acknowledged messages are not where they should be',
      missing.map(([u, tp, offset]) => `${u} at ${tp}:${offset}, in the log at ${places.get(u) ?? 'no place'}`),
    ),
    ...toFinding(
      'messages are in the log more than once',
      repeated.map(([u, at]) => `${u} at ${at.join(' and ')}`),
    ),
    ...toFinding(
      "messages are in the log although they failed with persisted: 'no'",
      written.map(([u]) => u),
    ),
    ...toFinding('messages of one process stand in another order than they were sent', findDisorder(log, broken)),
  ];
}

/** @param {string} what @param {readonly string[]} cases @returns {Finding[]} */
const toFinding = (what, cases) =>
  cases.length === 0 ? [] : [{ check: 'produced', text: `${cases.length} ${what}: ${cases.slice(0, MOST_TOLD).join('; ')}` }];

/** Producers of which a record was given up that may have been written: librdkafka goes on under a new epoch then, and the brokers cannot know again what
 *  else was under way. From there on nothing promises "once" or the order. @param {Evidence['entries']} entries */
function sessionsBroken(entries) {
  const rows = entries.filter(({ k }) => k === 'failed').flatMap((entry) => /** @type {[string, string, string][]} */ (entry.rows));
  return new Set(rows.filter(([, persisted]) => persisted === 'possibly').map(([u]) => processOf(u)));
}

/** `p1.0` of `p1.0.17`. @param {string} u */
const processOf = (u) => u.slice(0, u.lastIndexOf('.'));

/** The place that was told; -1 is a place that was not (a record sent again that the broker had already).
 *  @param {readonly string[] | undefined} places @param {string} tp @param {number} offset */
export function isThere(places, tp, offset) {
  if (places === undefined) return false;
  return offset === -1 ? places.every((place) => place.startsWith(`${tp}:`)) : places.includes(`${tp}:${offset}`);
}

/** By unique name where it is in the log. @param {Evidence['log']} log */
export function placesOf(log) {
  /** @type {Map<string, string[]>} */
  const places = new Map();
  for (const [tp, records] of log) {
    for (const { u, offset } of records) {
      if (u === null) continue;
      const at = places.get(u);
      if (at === undefined) places.set(u, [`${tp}:${offset}`]);
      else at.push(`${tp}:${offset}`);
    }
  }
  return places;
}

/** Unique names count up: `p1.0.17`. @param {Evidence['log']} log @param {ReadonlySet<string>} broken @returns {string[]} */
function findDisorder(log, broken) {
  /** @type {string[]} */
  const disorder = [];
  for (const [tp, records] of log) {
    /** @type {Map<string, number>} */
    const last = new Map();
    for (const { u, offset } of records) {
      if (u === null) continue;
      const process = processOf(u);
      const count = Number(u.slice(process.length + 1));
      const before = last.get(process) ?? -1;
      if (count <= before && !broken.has(process)) disorder.push(`${u} at ${tp}:${offset} behind ${process}.${before}`);
      last.set(process, count);
    }
  }
  return disorder;
}

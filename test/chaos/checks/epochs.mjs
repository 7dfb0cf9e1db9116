/** Chaos check: in each ownership the rows begin where the group stands, ascend, and leave nothing out. */

/** @typedef {import('../types.js').Evidence} Evidence
 *  @typedef {import('../types.js').Finding} Finding
 *  @typedef {import('../story.mjs').Story} Story
 *  @typedef {import('../story.mjs').Epoch} Epoch */

const MOST_TOLD = 5;

/** @param {Evidence} evidence @param {Story} story @returns {Finding[]} */
export function checkEpochs(evidence, story) {
  if (evidence.plan.class === 'recreated') return [];
  const byEpoch = rowsByEpoch(story);
  const gaps = [...byEpoch].flatMap(([id, rows]) => findGaps(evidence, /** @type {Epoch | undefined} */ (story.epochs.get(id)), rows));
  const starts = findStarts(evidence, story, byEpoch);
  return [
    ...toFinding('rows of an ownership that were left out or came in another order', gaps),
    ...toFinding('ownerships that began elsewhere', starts),
  ];
}

/** @param {string} what @param {readonly string[]} cases @returns {Finding[]} */
const toFinding = (what, cases) =>
  cases.length === 0 ? [] : [{ check: 'epochs', text: `${cases.length} ${what}: ${cases.slice(0, MOST_TOLD).join('; ')}` }];

/** By ownership the offsets in the order in which they were first begun. @param {Story} story */
export function rowsByEpoch({ calls }) {
  /** @type {Map<string, { offset: number, at: number }[]>} */
  const rows = new Map();
  /** @type {Set<string>} */
  const seen = new Set();
  for (const call of calls) {
    for (const { epoch, tp, offset } of call.rows) {
      // A retry of the same rows is no second reading.
      if (call.attempt > 1 && seen.has(`${epoch} ${tp}:${offset}`)) continue;
      seen.add(`${epoch} ${tp}:${offset}`);
      const list = rows.get(epoch) ?? [];
      rows.set(epoch, list);
      list.push({ offset, at: call.beganAt });
    }
  }
  return rows;
}

/** @param {Evidence} evidence @param {Epoch | undefined} epoch @param {readonly { offset: number }[]} rows @returns {string[]} */
function findGaps({ plan, log, entries }, epoch, rows) {
  if (epoch === undefined) return [`${rows.length} rows of a partition that was not owned, from ${rows[0]?.offset} on`];
  // Keys overtake each other; what is between them may still be under way when the ownership ends.
  const offsets = plan.concurrency === null ? rows.map(({ offset }) => offset) : rows.map(({ offset }) => offset).toSorted((a, b) => a - b);
  const records = log.get(epoch.tp) ?? [];
  /** @type {string[]} */
  const gaps = [];
  for (let i = 1; i < offsets.length; i++) {
    const [before, after] = [/** @type {number} */ (offsets[i - 1]), /** @type {number} */ (offsets[i])];
    if (after === before + 1) continue;
    if (after <= before) gaps.push(`${epoch.id} ${epoch.tp}: ${after} after ${before}`);
    else if (plan.concurrency === null && !isExplained({ tp: epoch.tp, from: before + 1, to: after }, records, entries))
      gaps.push(`${epoch.id} ${epoch.tp}: ${before + 1} to ${after - 1} left out`);
  }
  return gaps;
}

/** Nothing between but what no handler sees: tombstones, records that cannot be read, records that are gone.
 *  @param {{ tp: string, from: number, to: number }} gap @param {readonly import('../types.js').LogRecord[]} records @param {readonly import('../types.js').Entry[]} entries */
function isExplained({ tp, from, to }, records, entries) {
  if (entries.some((e) => e.k === 'reset' && e.tp === tp && e.from === from && e.to === to)) return true;
  return !records.some((record) => record.offset >= from && record.offset < to && record.kind === 'message');
}

/** An ownership begins at the committed position: not before what the group was told is committed, not behind what nobody handled.
 *  @param {Evidence} evidence @param {Story} story @param {ReadonlyMap<string, readonly { offset: number, at: number }[]>} byEpoch */
function findStarts({ entries, log }, story, byEpoch) {
  const known = new KnownCommits(entries);
  /** @type {string[]} */
  const elsewhere = [];
  for (const epoch of story.epochs.values()) {
    const start = startOf(byEpoch.get(epoch.id));
    if (start === undefined) continue;
    // What was sought may be gone: then it went on where the consumer said.
    const isResetOf = (/** @type {import('../types.js').Entry} */ e) =>
      e.k === 'reset' && e.tp === epoch.tp && e.from === epoch.soughtTo && e.at > epoch.beganAt;
    const soughtTo = /** @type {number | undefined} */ (entries.find(isResetOf)?.to) ?? epoch.soughtTo ?? 0;
    const firstMessage = (log.get(epoch.tp) ?? []).find((record) => record.kind === 'message' && record.offset >= soughtTo)?.offset;
    if (epoch.soughtTo !== null) {
      if (firstMessage !== undefined && start !== firstMessage)
        elsewhere.push(`${epoch.id} ${epoch.tp} at ${start} after a seek to ${epoch.soughtTo}`);
      continue;
    }
    const committed = known.before(epoch.tp, epoch.beganAt);
    if (committed !== undefined && start < committed) elsewhere.push(`${epoch.id} ${epoch.tp} at ${start}, but ${committed} was committed`);
  }
  return elsewhere;
}

/** @param {readonly { offset: number }[] | undefined} rows */
function startOf(rows) {
  if (rows === undefined) return undefined;
  return rows.reduce((least, { offset }) => Math.min(least, offset), Number.POSITIVE_INFINITY);
}

/** Up to where the group had been told that it is committed, at any line of the ledger. */
class KnownCommits {
  /** @type {Map<string, { at: number, offset: number }[]>} */
  #told = new Map();

  /** @param {readonly import('../types.js').Entry[]} entries */
  constructor(entries) {
    for (const entry of entries) {
      if (entry.k === 'committed') for (const [tp, offset] of /** @type {[string, number][]} */ (entry.ps)) this.#add(tp, entry.at, offset);
      // From here on the group may stand before what was told until then.
      if (entry.k === 'seek' || entry.k === 'reset')
        this.#add(/** @type {string} */ (entry.tp), entry.at, /** @type {number} */ (entry.to));
    }
  }

  /** @param {string} tp @param {number} at */
  before(tp, at) {
    return this.#told.get(tp)?.findLast((told) => told.at < at)?.offset;
  }

  /** @param {string} tp @param {number} at @param {number} offset */
  #add(tp, at, offset) {
    const told = this.#told.get(tp) ?? [];
    this.#told.set(tp, told);
    told.push({ at, offset });
  }
}

/** Chaos check: in each ownership the messages of a key are begun in their order, and no two calls have the same key, or partition, at once. */

/** @typedef {import('../types.js').Evidence} Evidence
 *  @typedef {import('../types.js').Finding} Finding
 *  @typedef {import('../story.mjs').Story} Story */

const MOST_TOLD = 5;

/** @param {Evidence} evidence @param {Story} story @returns {Finding[]} */
export function checkOrder({ plan, log }, story) {
  const keys = plan.class === 'recreated' ? new Map() : keysOf(log);
  const byKey = plan.concurrency?.order === 'key';
  /** @type {Map<string, { offset: number, endedAt: number }>} */
  const last = new Map();
  /** @type {string[]} */
  const wrong = [];
  /** @type {string[]} */
  const atOnce = [];
  for (const call of story.calls) {
    if (call.attempt > 1) continue;
    /** @type {Set<string>} */
    const strands = new Set();
    for (const { epoch, tp, offset } of call.rows) {
      const key = keys.get(`${tp}:${offset}`);
      // Without a key there is no order by key.
      if (byKey && (key === undefined || key === null)) continue;
      const strand = byKey ? `${epoch} ${tp} ${key}` : `${epoch} ${tp}`;
      const before = last.get(strand);
      if (before !== undefined && offset <= before.offset) wrong.push(`${strand}: ${offset} after ${before.offset}`);
      if (before !== undefined && !strands.has(strand) && before.endedAt > call.beganAt)
        atOnce.push(`${strand}: ${offset} began while ${before.offset} ran`);
      strands.add(strand);
      last.set(strand, { offset, endedAt: call.endedAt ?? call.beganAt });
    }
  }
  return [
    ...toFinding('messages of one key or partition out of their order', wrong),
    ...toFinding('calls with the same key or partition at once', atOnce),
  ];
}

/** @param {string} what @param {readonly string[]} cases @returns {Finding[]} */
const toFinding = (what, cases) =>
  cases.length === 0 ? [] : [{ check: 'order', text: `${cases.length} ${what}: ${cases.slice(0, MOST_TOLD).join('; ')}` }];

/** @param {Evidence['log']} log */
function keysOf(log) {
  /** @type {Map<string, string | null>} */
  const keys = new Map();
  for (const [tp, records] of log) for (const { offset, key } of records) keys.set(`${tp}:${offset}`, key);
  return keys;
}

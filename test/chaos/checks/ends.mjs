/** Chaos check: after the faults the group reaches the end in the stated time, everything commits, and every process ends by itself, and well. */

/** @typedef {import('../types.js').Evidence} Evidence
 *  @typedef {import('../types.js').Entry} Entry
 *  @typedef {import('../types.js').Plan} Plan
 *  @typedef {import('../types.js').Finding} Finding */

/** What `process` may reject with in this suite: handlers are made to throw; a topic that is away for a second may be told as missing. */
const isExpected = (/** @type {Entry} */ { code }, /** @type {Plan} */ plan) => code === 'HANDLER_THREW' || plan.class === 'recreated';

/** @param {Evidence} evidence @returns {Finding[]} */
export function checkEnds(evidence) {
  const { entries, plan } = evidence;
  const texts = [
    ...entries.filter(({ k }) => k === 'unsettled').map((e) => `${e.open} messages were still open ${e.withinMs} ms after the last fault`),
    ...entries.filter(({ k }) => k === 'hung').map((e) => `${e.who}.${e.of} did not end within ${e.withinMs} ms`),
    ...badExits(entries).map((e) => `${e.who}.${e.of} ended with ${e.signal ?? `code ${e.code}`}`),
    ...entries.filter((e) => e.k === 'rejected' && !isExpected(e, plan)).map((e) => `${e.m}.${e.i}: process rejected: ${e.message}`),
    ...entries
      .filter(({ k }) => k === 'stopped' && plan.class !== 'recreated')
      .map((e) => `${e.m}.${e.i}: ${e.tp} stopped at ${e.offset}: ${e.error}`),
    ...findUncommitted(evidence),
  ];
  return texts.map((text) => ({ check: 'ends', text }));
}

/** Nobody killed it, and still it ended otherwise than with 0. @param {readonly Entry[]} entries */
function badExits(entries) {
  const killed = new Set(entries.filter((e) => e.k === 'signal' && e.signal === 'SIGKILL').map((e) => `${e.who}.${e.of}`));
  return entries.filter((e) => e.k === 'exit' && e.code !== 0 && !killed.has(`${e.who}.${e.of}`));
}

/** @param {Evidence} evidence @returns {string[]} */
function findUncommitted({ plan, entries, log, commits }) {
  if (plan.class === 'recreated' || entries.some(({ k }) => k === 'unsettled')) return [];
  const last = new Map(commits.map(({ tp, offset }) => [tp, offset]));
  return [...log].flatMap(([tp, records]) => {
    const end = (records.at(-1)?.offset ?? -1) + 1;
    const committed = last.get(tp) ?? 0;
    return committed === end ? [] : [`${tp} is committed to ${committed}, its end is ${end}`];
  });
}

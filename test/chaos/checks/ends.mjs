/** Chaos check: after the faults the group reaches the end in the stated time, everything commits, and every process ends by itself, and well. */
import { SESSION_MS } from '../tasks.mjs';
import { resetsOf } from './handled.mjs';

/** @typedef {import('../types.js').Evidence} Evidence
 *  @typedef {import('../types.js').Entry} Entry
 *  @typedef {import('../types.js').Plan} Plan
 *  @typedef {import('../types.js').Finding} Finding */

/** A coordinator that was away is found again, and a group has rebalanced, by so long after the fault. */
const AFTER_FAULT_MS = 10_000;

/** @param {Evidence} evidence @returns {Finding[]} */
export function checkEnds(evidence) {
  const { entries, plan } = evidence;
  const texts = [
    ...entries.filter(({ k }) => k === 'unsettled').map((e) => `${e.open} messages were still open ${e.withinMs} ms after the last fault`),
    ...entries.filter(({ k }) => k === 'hung').map((e) => `${e.who}.${e.of} did not end within ${e.withinMs} ms`),
    ...badExits(entries).map((e) => `${e.who}.${e.of} ended with ${e.signal ?? `code ${e.code}`}`),
    ...entries.filter((e) => e.k === 'rejected' && !isExpected(e, evidence)).map((e) => `${e.m}.${e.i}: process rejected: ${e.message}`),
    ...entries
      .filter(({ k }) => k === 'stopped' && plan.class !== 'recreated')
      .map((e) => `${e.m}.${e.i}: ${e.tp} stopped at ${e.offset}: ${e.error}`),
    ...findUncommitted(evidence),
  ];
  return texts.map((text) => ({ check: 'ends', text }));
}

/** What `process` may reject with here: handlers are made to throw; a stop that the cluster, or its group, does not answer ends with the time-out that says so; a topic
 *  that is away for a second may be told as missing; a static member whose farewell did not arrive is refused until its session is over (KIP-848).
 *  @param {Entry} entry @param {Evidence} evidence */
function isExpected({ code, kafka, m, t }, { entries, plan }) {
  if (code === 'HANDLER_THREW' || plan.class === 'recreated') return true;
  if (kafka === 'UNRELEASED_INSTANCE_ID') return plan.isStatic && (isInFault(t, entries) || wasKilled(String(m), t, entries));
  return String(code).startsWith('TIMEOUT_') && (isInFault(t, entries) || (plan.protocol !== 'consumer' && isGroupWaiting(t, entries)));
}

/** Is the session of a process of this member that was killed perhaps not over? @param {string} member @param {number} ms @param {readonly Entry[]} entries */
function wasKilled(member, ms, entries) {
  return entries.some(
    (e) => e.k === 'signal' && e.who === member && e.signal === 'SIGKILL' && e.t <= ms && ms - e.t < SESSION_MS + AFTER_FAULT_MS,
  );
}

/** Does a classic group perhaps wait for a member that is gone or stands still? Brokers answer a connection's requests in order, so a commit waits behind the
 *  join of its member, until that session is over. @param {number} ms @param {readonly Entry[]} entries */
function isGroupWaiting(ms, entries) {
  const isAway = (/** @type {Entry} */ e) =>
    e.k === 'signal' && (e.signal === 'SIGKILL' || e.signal === 'SIGSTOP') && !/^p\d/.test(String(e.who));
  return entries.some((e) => isAway(e) && e.t <= ms && ms - e.t < SESSION_MS + AFTER_FAULT_MS);
}

/** Is a broker or the way to it away, or was it shortly before? @param {number} ms @param {readonly Entry[]} entries */
function isInFault(ms, entries) {
  const before = entries.filter((e) => e.k === 'fault' && e.t <= ms && e.lane !== 'clients');
  const begun = before.filter(({ phase }) => phase === 'begins').length;
  const mended = before.filter(({ phase }) => phase === 'mended');
  return begun > mended.length || mended.some(({ t }) => ms - t < AFTER_FAULT_MS);
}

/** Nobody killed it, nor ended it before it could listen, and still it ended otherwise than with 0. @param {readonly Entry[]} entries */
function badExits(entries) {
  const killed = new Set(entries.filter((e) => e.k === 'signal' && e.signal === 'SIGKILL').map((e) => `${e.who}.${e.of}`));
  const started = new Set(entries.filter(({ k }) => k === 'start').map((e) => `${e.m}.${e.i}`));
  return entries.filter((e) => {
    const name = `${e.who}.${e.of}`;
    return e.k === 'exit' && e.code !== 0 && !killed.has(name) && (e.signal !== 'SIGTERM' || started.has(name));
  });
}

/** @param {Evidence} evidence @returns {string[]} */
function findUncommitted({ plan, entries, log, commits }) {
  if (plan.class === 'recreated' || entries.some(({ k }) => k === 'unsettled')) return [];
  const resets = resetsOf(entries);
  const last = new Map(commits.map(({ tp, offset }) => [tp, offset]));
  return [...log].flatMap(([tp, records]) => {
    const end = (records.at(-1)?.offset ?? -1) + 1;
    const committed = last.get(tp) ?? 0;
    // A reset goes on at the new place; it is committed with the next record that is handled there.
    const isPassed = (resets.get(tp) ?? []).some(({ from, to }) => from === committed && to === end);
    return committed === end || isPassed ? [] : [`${tp} is committed to ${committed}, its end is ${end}`];
  });
}

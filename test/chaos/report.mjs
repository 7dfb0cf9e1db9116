/** Chaos: what a seed comes to, in one line for people and one row for the table. Pure. */

/** @typedef {import('./types.js').Plan} Plan
 *  @typedef {import('./run-seed.mjs').Outcome} Outcome */

/** @param {Plan} plan */
export const nameOf = (plan) =>
  [
    plan.protocol,
    plan.class,
    plan.concurrency === null ? 'one call at a time' : `${plan.concurrency.max} calls by ${plan.concurrency.order}`,
    ...(plan.schemaMs > 0 ? ['schemas'] : []),
  ].join(', ');

/** @param {Plan} plan */
export const faultsOf = (plan) => plan.faults.map(({ name, target }) => (target === undefined ? name : `${name} ${target}`)).join(', ');

/** @param {Plan} plan @param {Outcome} outcome */
export function toLine(plan, { findings, counts, tookMs }) {
  const verdict = findings.length === 0 ? 'fine' : `${findings.length} FINDINGS`;
  const { acked, handled, repeats, allowed, hardEnds, ownerships, settledMs } = counts;
  const settled = settledMs === null ? 'not settled' : `settled in ${(settledMs / 1_000).toFixed(1)} s`;
  const again = `${repeats} again (${hardEnds} hard ends allow ${allowed === Number.POSITIVE_INFINITY ? 'any' : allowed})`;
  const numbers = `${acked} acknowledged, ${handled} handled, ${again}, ${ownerships} ownerships, ${settled}, ${(tookMs / 1_000).toFixed(0)} s`;
  return `seed ${plan.seed}: ${verdict}: ${nameOf(plan)}: ${numbers}; ${faultsOf(plan)}`;
}

/** @param {Outcome} outcome */
export const toFindings = ({ findings }) => findings.map(({ check, text }) => `  ${check}: ${text}`).join('\n');

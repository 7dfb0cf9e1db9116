/** Chaos: what the same seeds did to each library, side by side. Pure. */

/** @typedef {{ engine: string, plan: import('../types.js').Plan, verdict: import('./judge.mjs').Verdict }} PeerRow */

/** @param {PeerRow} row */
export function toPeerRow({ engine, plan, verdict }) {
  const { acked, refused, lost, again, twiceInLog, notWhereTold, ahead, settledMs, ended } = verdict;
  const settled = settledMs === null ? 'no' : `${(settledMs / 1_000).toFixed(1)} s`;
  const cells = [engine, plan.seed, acked, refused, lost, again, twiceInLog, notWhereTold, ahead === 0 ? 'no' : 'yes', settled, ended];
  return `| ${cells.join(' | ')} |`;
}

/** @param {readonly PeerRow[]} rows @param {string} versions */
export function toPeerTable(rows, versions) {
  return [
    '',
    `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${versions}.`,
    '',
    '| library | seed | acknowledged | send failed | lost | handled again | twice in the log | not where it was told | committed ahead | settled in | processes ended |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...rows.map(toPeerRow),
  ].join('\n');
}

/** Chaos: the table of a long run, written into docs/reliability.md by the run itself. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../scripts/setup/paths.mjs';

/** @typedef {import('./seeds.mjs').Played} Played */

const FILE = join(ROOT, 'docs/reliability.md');

/** Replaces what stands between the marks of that name. @param {string} mark @param {string} text */
export function writeSection(mark, text) {
  const [begin, end] = [`<!-- ${mark}: written by npm run test:chaos -->`, `<!-- end of ${mark} -->`];
  const page = readFileSync(FILE, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/reliability.md has no place for ${mark}`);
  writeFileSync(FILE, `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`);
}

/** @param {readonly Played[]} played @param {string} command */
export function toTable(played, command) {
  const sum = (/** @type {(p: Played) => number} */ of) => played.reduce((total, each) => total + of(each), 0);
  const bad = played.filter(({ outcome }) => outcome.findings.length > 0).length;
  const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
  const head = `${new Date().toISOString().slice(0, 10)}, \`${command}\`, ${machine}: ${played.length} seeds, ${bad} with findings, ${sum(
    ({ outcome }) => outcome.counts.acked,
  )} records acknowledged, ${sum(({ outcome }) => outcome.counts.repeats)} handled again, ${sum(({ outcome }) => outcome.counts.hardEnds)} hard ends.`;
  return [
    '',
    head,
    '',
    '| seed | protocol | calls at once | class | acknowledged | handled again (allowed) | hard ends | settled in | findings |',
    '|---|---|---|---|---|---|---|---|---|',
    ...played.map(toRow),
  ].join('\n');
}

/** @param {Played} played */
function toRow({ plan, outcome: { counts, findings } }) {
  const calls = plan.concurrency === null ? '1' : `${plan.concurrency.max} by ${plan.concurrency.order}`;
  const allowed = Number.isFinite(counts.allowed) ? counts.allowed : 'any';
  const settled = counts.settledMs === null ? 'no' : `${(counts.settledMs / 1_000).toFixed(1)} s`;
  const found = findings.length === 0 ? '0' : [...new Set(findings.map(({ check }) => check))].join(', ');
  return `| ${plan.seed} | ${plan.protocol} | ${calls} | ${plan.class} | ${counts.acked} | ${counts.repeats} (${allowed}) | ${counts.hardEnds} | ${settled} | ${found} |`;
}

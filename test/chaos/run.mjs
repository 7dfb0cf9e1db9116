/** `npm run test:chaos`: seed after seed on a real cluster of three brokers, one line each; ends with 1 when one has findings.
 *  --seeds N: how many (default 12); --minutes M: begin none later; --protocol eager,cooperative,consumer: default all; --first K: the first seed's
 *  number; --seed K: only this one; --table: write the table of docs/reliability.md. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CACHE, DIST } from '../../scripts/setup/paths.mjs';
import { runMain, SetupError } from '../../scripts/setup/report.mjs';
import { setUp } from '../../scripts/setup.mjs';
import { featuresOf } from './features.mjs';
import { toFindings, toLine } from './report.mjs';
import { PROTOCOLS, planOf } from './seed.mjs';
import { runSeeds } from './seeds.mjs';
import { toTable, writeSection } from './table.mjs';

const OPTIONS = /** @type {const} */ ({
  seeds: { type: 'string', default: '12' },
  minutes: { type: 'string', default: '1000' },
  protocol: { type: 'string', default: PROTOCOLS.join(',') },
  first: { type: 'string', default: '1' },
  seed: { type: 'string' },
  table: { type: 'boolean', default: false },
});

await runMain(async () => {
  const { values } = parseArgs({ options: OPTIONS });
  const protocols = readProtocols(values.protocol);
  await setUp();
  const lib = join(DIST, 'index.js');
  const features = await featuresOf(lib);
  const first = readCount('seed', values.seed ?? values.first);
  const count = values.seed === undefined ? readCount('seeds', values.seeds) : 1;
  const plans = Array.from({ length: count }, (_, i) => planOf(first + i, { protocols, features }));
  const programs = { lib, producer: 'roles/producer.mjs', consumer: 'roles/consumer.mjs' };
  const until = Date.now() + readCount('minutes', values.minutes) * 60_000;
  /** @type {import('./seeds.mjs').Played[]} */
  const played = [];
  for await (const each of runSeeds(plans, { programs, until, keepIn: join(CACHE, 'chaos') })) {
    const { plan, outcome, keptIn } = each;
    played.push(each);
    process.stdout.write(`${toLine(plan, outcome)}\n`);
    // After each: a run that is broken off has its table as well.
    if (values.table) writeSection('table', toTable(played, `npm run test:chaos -- ${process.argv.slice(2).join(' ')}`));
    if (outcome.findings.length === 0) continue;
    process.stdout.write(
      `${toFindings(outcome)}\n  kept in ${keptIn}; again: npm run test:chaos -- --seed ${plan.seed} --protocol ${values.protocol}\n`,
    );
  }
  return played.every(({ outcome }) => outcome.findings.length === 0) ? 0 : 1;
});

/** @param {string} list */
function readProtocols(list) {
  const protocols = list === 'all' ? PROTOCOLS : list.split(',').map((name) => PROTOCOLS.find((known) => known === name));
  const known = protocols.filter((protocol) => protocol !== undefined);
  if (known.length < protocols.length) throw new SetupError(`--protocol takes ${PROTOCOLS.join(', ')} or all; got ${list}`);
  return known;
}

/** @param {string} option @param {string} text */
function readCount(option, text) {
  const count = Number(text);
  if (!Number.isFinite(count) || count < 1) throw new SetupError(`--${option} takes a number from 1; got ${text}`);
  return count;
}

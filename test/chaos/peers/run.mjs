/** `npm run test:chaos:peers`: the same seeds with this library, kafkajs, and Confluent's KafkaJS-like API, the latter two with the plain code that their
 *  documentation shows. --seeds N (default 6); --first K; --engines ours,kafkajs,confluent; --table: write docs/reliability.md. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installPeers, versionOf } from '../../../bench/peers.mjs';
import { CACHE, DIST } from '../../../scripts/setup/paths.mjs';
import { runMain } from '../../../scripts/setup/report.mjs';
import { setUp } from '../../../scripts/setup.mjs';
import { checkAll } from '../checks/all.mjs';
import { nameOf } from '../report.mjs';
import { PROTOCOLS, planOf } from '../seed.mjs';
import { runSeeds } from '../seeds.mjs';
import { writeSection } from '../table.mjs';
import { judge } from './judge.mjs';
import { toPeerRow, toPeerTable } from './table.mjs';

/** What the peers have nothing like stays out, so that all three do the same work. */
const PLAIN = { retry: false, deadLetter: false, concurrency: false, schemas: false };
/** Classes whose point is a promise of ours alone. */
const LEFT_OUT = ['latest', 'recreated', 'retention'];

/** @type {Readonly<Record<string, import('../tasks.mjs').Programs>>} */
const PROGRAMS = {
  ours: { lib: join(DIST, 'index.js'), producer: 'roles/producer.mjs', consumer: 'roles/consumer.mjs' },
  kafkajs: { lib: '', producer: 'peers/kafkajs-producer.mjs', consumer: 'peers/kafkajs-consumer.mjs' },
  confluent: { lib: '', producer: 'peers/confluent-producer.mjs', consumer: 'peers/confluent-consumer.mjs' },
};

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '6' },
      first: { type: 'string', default: '1' },
      engines: { type: 'string', default: Object.keys(PROGRAMS).join(',') },
      table: { type: 'boolean', default: false },
    },
  });
  await setUp();
  const missing = await installPeers(['kafkajs', 'confluent-promise']);
  for (const [engine, reason] of missing) process.stdout.write(`${engine} is left out: ${reason}\n`);
  const plans = plansOf(Number(values.first), Number(values.seeds));
  /** @type {import('./table.mjs').PeerRow[]} */
  const rows = [];
  for (const engine of values.engines.split(',').filter((name) => !missing.has(`${name}-promise`))) {
    const programs = PROGRAMS[engine];
    if (programs === undefined) throw new Error(`--engines takes ${Object.keys(PROGRAMS).join(', ')}; got ${engine}`);
    const check = (/** @type {import('../types.js').Evidence} */ evidence) => ({
      findings: [],
      counts: checkAll(evidence).counts,
      verdict: judge(evidence),
    });
    const options = { programs, until: Number.POSITIVE_INFINITY, keepIn: join(CACHE, 'chaos', engine), check };
    for await (const { plan, outcome } of runSeeds(plans, options)) {
      if (outcome.verdict === undefined) continue;
      rows.push({ engine, plan, verdict: outcome.verdict });
      process.stdout.write(`${toPeerRow({ engine, plan, verdict: outcome.verdict })} ${nameOf(plan)}\n`);
    }
  }
  const versions = `kafkajs ${versionOf('kafkajs')}, @confluentinc/kafka-javascript ${versionOf('@confluentinc/kafka-javascript')}`;
  if (values.table) writeSection('peers', toPeerTable(rows, versions));
});

/** @param {number} first @param {number} count */
function plansOf(first, count) {
  const plans = [];
  for (let seed = first; plans.length < count; seed++) {
    const plan = planOf(seed, { protocols: PROTOCOLS, features: PLAIN });
    if (!LEFT_OUT.includes(plan.class))
      plans.push({ ...plan, isStatic: false, handler: { ...plan.handler, seeksPerMille: 0, assignedSeeksPerMille: 0 } });
  }
  return plans;
}

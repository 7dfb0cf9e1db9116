/** Chaos: one seed from its topic to its findings: processes, load, faults, the wait for the end, evidence, checks. */
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGuard } from '../../scripts/kafka/cluster.mjs';
import { checkAll } from './checks/all.mjs';
import { createTopic, findSeat, waitForReplicas } from './cluster.mjs';
import { readLedger, startKeeper } from './keeper.mjs';
import { openLedger } from './ledger.mjs';
import { readCommits, readLog } from './log.mjs';
import { playOut } from './play.mjs';
import { hash } from './random.mjs';
import { consumerTask, producerTask } from './tasks.mjs';
import { Team } from './team.mjs';

/** @typedef {import('./types.js').Plan} Plan
 *  @typedef {import('./types.js').Finding} Finding
 *  @typedef {import('./cluster.mjs').Cluster} Cluster
 *  @typedef {import('./faults/scene.js').Scene} Scene
 *  @typedef {{ cluster: Cluster, programs: import('./tasks.mjs').Programs, name: string, keepIn: string, settleMs?: number, check?: Check,
 *    isFine?: (findings: readonly Finding[]) => boolean }} Stage name: of topic and group, unlike any other
 *    on this cluster; keepIn: where the evidence of a seed that is not fine is put; check: who judges, all checks unless told
 *  @typedef {(evidence: import('./types.js').Evidence) => Omit<Outcome, 'tookMs'>} Check
 *  @typedef {{ findings: readonly Finding[], counts: import('./checks/all.mjs').Counts, tookMs: number,
 *    verdict?: import('./peers/judge.mjs').Verdict }} Outcome verdict: of a peer */

/** @param {Plan} plan @param {Stage} stage @returns {Promise<Outcome>}
 *  @throws {Error} when the suite itself fails: that is no verdict about the library */
export async function runSeed(plan, stage) {
  const startedMs = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'phq-chaos-'));
  const guard = startGuard(folder);
  const keeper = startKeeper(folder, (pid) => guard.tell('watch', pid));
  const ledger = openLedger(keeper.fifo, { m: 'run', i: 0 });
  const team = new Team({ log: join(folder, 'processes.log'), note: ledger.write, watch: guard.tell });
  let isFine = false;
  try {
    try {
      const scene = await setScene(plan, stage, { team, note: ledger.write, fifo: keeper.fifo });
      await playOut(scene, keeper, stage.settleMs);
    } finally {
      await team.kill();
      ledger.close();
      await keeper.ended;
    }
    const result = (stage.check ?? checkAll)(await gather(plan, stage, keeper.file));
    isFine = (stage.isFine ?? hasNoFindings)(result.findings);
    return { ...result, tookMs: performance.now() - startedMs };
  } finally {
    if (!isFine) keep(folder, stage);
    await guard.end();
  }
}

/** @param {readonly Finding[]} findings */
const hasNoFindings = (findings) => findings.length === 0;

/** The ledger, what the processes printed, and the brokers' logs. @param {string} folder @param {Stage} stage */
function keep(folder, { cluster, keepIn }) {
  rmSync(keepIn, { recursive: true, force: true });
  mkdirSync(keepIn, { recursive: true });
  for (const file of ['ledger.ndjson', 'processes.log']) cpSync(join(folder, file), join(keepIn, file), { force: true });
  for (const { broker } of cluster.seats) cpSync(broker.log, join(keepIn, `broker-${broker.id}.log`));
}

/** @param {Plan} plan @param {Stage} stage @param {{ team: Team, note: import('./ledger.mjs').Write, fifo: string }} crew @returns {Promise<Scene>} */
async function setScene(plan, { cluster, programs, name }, { team, note, fifo }) {
  const deadLetterTopic = `${name}.dlq`;
  await createTopic(cluster, { name, partitions: plan.partitions });
  if (plan.deadLetter)
    await createTopic(cluster, { name: deadLetterTopic, partitions: 1, replication: plan.class === 'dead-letter' ? 1 : 3 });
  const place = () => ({ bootstrap: cluster.clientBootstrap(), topic: name, group: name, deadLetterTopic, fifo, lib: programs.lib });
  /** set when the load begins */
  let loadUntilMs = 0;
  return {
    ...{ plan, cluster, team, note, deadLetterTopic, topic: name, group: name },
    beginLoad: () => {
      loadUntilMs = performance.now() + plan.loadMs;
    },
    startMember: (member) => void team.start(member, programs.consumer, consumerTask(plan, member, place())),
    startProducer: (producer) => {
      const leftMs = Math.max(0, loadUntilMs - performance.now());
      void team.start(
        producer,
        programs.producer,
        producerTask(plan, producer, { ...place(), leftMs, incarnation: team.startsOf(producer) }),
      );
    },
    seatOf: (fault) =>
      findSeat(cluster, {
        topic: name,
        group: name,
        whose: fault.target ?? 'any',
        chance: hash(`${plan.seed} ${fault.name} ${fault.atMs}`),
      }),
  };
}

/** @param {Plan} plan @param {Stage} stage @param {string} ledger @returns {Promise<import('./types.js').Evidence>} */
async function gather(plan, { cluster, name }, ledger) {
  await waitForReplicas(cluster, [name, '__consumer_offsets']);
  const log = await readLog(cluster, name);
  const dead = plan.deadLetter ? await readLog(cluster, `${name}.dlq`) : new Map();
  const commits = await readCommits(cluster, name);
  const deadLetters = new Set([...dead.values()].flat().map(({ u }) => u));
  return { plan, entries: readLedger(ledger), log, deadLetters, commits };
}

/** Chaos: what happens to topics while they are used. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { createTopic, topicCommand } from '../cluster.mjs';
import { killBroker } from './brokers.mjs';

/** @typedef {import('./scene.js').FaultWork} FaultWork */

const ADDED = 3;

/** @type {FaultWork} */
export async function addPartitions({ cluster, topic, plan }) {
  await topicCommand(cluster, ['--alter', '--topic', topic, '--partitions', String(plan.partitions + ADDED)]);
}

/** Retention overtakes a group that was away: what came meanwhile goes before anybody has read it. @type {FaultWork} */
export async function overtake(scene, { ms = 0 }) {
  const { plan, team, startMember } = scene;
  for (const { name } of team.running.filter((process) => !plan.producers.includes(process.name))) team.signal(name, 'SIGKILL');
  await pass(ms);
  await deleteRecords(scene);
  for (const name of plan.members) startMember(name);
}

/** Everything that is there now. @param {import('./scene.js').Scene} scene */
async function deleteRecords({ cluster, topic, plan }) {
  const partitions = Array.from({ length: plan.partitions }, (_, partition) => ({ topic, partition, offset: -1 }));
  const file = join(cluster.folder, 'delete.json');
  writeFileSync(file, JSON.stringify({ version: 1, partitions }));
  await cluster.tool('org.apache.kafka.tools.DeleteRecordsCommand', ['--bootstrap-server', cluster.bootstrap, '--offset-json-file', file]);
}

/** Deleted and made anew under the same name, while it is read and written. @type {FaultWork} */
export async function recreateTopic({ cluster, topic, plan, note }) {
  await topicCommand(cluster, ['--delete', '--topic', topic]);
  note('deleted', { topic });
  await pass(1_000);
  await createTopic(cluster, { name: topic, partitions: plan.partitions });
  note('recreated', { topic });
}

/** The dead-letter topic has one replica, whose broker goes; all other topics have two more. @type {FaultWork} */
export const loseDeadLetters = (scene, fault) => killBroker(scene, { ...fault, target: 'dead-letters' });

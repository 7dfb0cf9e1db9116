/** Chaos: what happens to brokers. One at a time: each of these ends when all replicas are in sync again. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { moveBroker, waitForReplicas } from '../cluster.mjs';
import { askPartitions } from '../wire.mjs';

/** @typedef {import('./scene.js').Scene} Scene
 *  @typedef {import('./scene.js').FaultWork} FaultWork */

const OFFSETS_TOPIC = '__consumer_offsets';

/** @param {Scene} scene */
const whole = ({ cluster, topic }) => waitForReplicas(cluster, [topic, OFFSETS_TOPIC]);

/** @type {FaultWork} */
export async function killBroker(scene, fault) {
  const { broker } = await scene.seatOf(fault);
  await broker.kill9();
  await pass(fault.ms ?? 0);
  await broker.start();
  await whole(scene);
}

/** The machine stands still, with all its connections open. @type {FaultWork} */
export async function freezeBroker(scene, fault) {
  const { pid } = (await scene.seatOf(fault)).broker;
  if (pid === undefined) throw new Error('a broker that should run does not');
  process.kill(pid, 'SIGSTOP');
  await pass(fault.ms ?? 0);
  process.kill(pid, 'SIGCONT');
  await whole(scene);
}

/** @type {FaultWork} */
export async function restartBroker(scene, fault) {
  const { broker } = await scene.seatOf(fault);
  await broker.stop();
  await broker.start();
  await whole(scene);
}

/** @type {FaultWork} */
export async function rollingRestart(scene) {
  for (const { broker } of scene.cluster.seats) {
    await broker.stop();
    await broker.start();
    await whole(scene);
  }
}

/** In the end none of the addresses that the clients were given is there any more. @type {FaultWork} */
export async function newPorts(scene) {
  for (const seat of scene.cluster.seats) {
    await seat.broker.stop();
    await moveBroker(seat);
    await seat.broker.start();
    await whole(scene);
  }
}

/** Every partition gets another leader while all brokers run. @type {FaultWork} */
export async function electLeaders(scene) {
  const { cluster, topic } = scene;
  const ids = cluster.seats.map(({ broker }) => broker.id);
  const states = await askPartitions(cluster.seats[0]?.broker.port ?? 0, topic);
  const partitions = states.map(({ partition, leader }) => {
    const turn = ids.indexOf(leader) + 1;
    return { topic, partition, replicas: ids.map((_, i) => ids[(turn + i) % ids.length]) };
  });
  const order = join(cluster.folder, 'reassign.json');
  const elect = join(cluster.folder, 'elect.json');
  writeFileSync(order, JSON.stringify({ version: 1, partitions }));
  writeFileSync(elect, JSON.stringify({ partitions: partitions.map(({ partition }) => ({ topic, partition })) }));
  const server = ['--bootstrap-server', cluster.bootstrap];
  await cluster.tool('org.apache.kafka.tools.reassign.ReassignPartitionsCommand', [
    ...server,
    '--reassignment-json-file',
    order,
    '--execute',
  ]);
  const election = ['--election-type', 'preferred', '--path-to-json-file', elect];
  await cluster.tool('org.apache.kafka.tools.LeaderElectionCommand', [...server, ...election]);
  await whole(scene);
}

/** Chaos: three brokers, each behind a proxy of its own; what faults need to know of them, and what they may do to them. */
import { setTimeout as pass } from 'node:timers/promises';
import { startKafka } from '../../scripts/kafka/cluster.mjs';
import { freePorts } from '../../scripts/kafka/ports.mjs';
import { BrokerProxy } from './proxy.mjs';
import { askCoordinator, askPartitions } from './wire.mjs';

const BROKERS = 3;
const REPAIR_MS = 60_000;
const POLL_MS = 200;

/** Members are missed soon, so that a seed is over in a minute; brokers are not, since a busy machine would take them for dead. */
const PROPERTIES = {
  'unclean.leader.election.enable': 'false',
  'replica.lag.time.max.ms': '5000',
  'auto.create.topics.enable': 'false',
  'group.min.session.timeout.ms': '1000',
  'group.consumer.session.timeout.ms': '6000',
  'group.consumer.min.session.timeout.ms': '1000',
  'group.consumer.heartbeat.interval.ms': '500',
  'group.consumer.min.heartbeat.interval.ms': '500',
  'log.segment.delete.delay.ms': '1000',
};

/** @typedef {import('../../scripts/kafka/broker.mjs').Broker} Broker
 *  @typedef {Awaited<ReturnType<typeof startCluster>>} Cluster
 *  @typedef {{ broker: Broker, proxy: BrokerProxy }} Seat */

/** Starts the brokers and their proxies. */
export async function startCluster() {
  const ports = await freePorts(2 * BROKERS);
  const clientPort = (/** @type {number} */ id) => ports[id - 1] ?? 0;
  const proxies = Array.from({ length: BROKERS }, (_, i) => new BrokerProxy({ port: ports[BROKERS + i] ?? 0, target: ports[i] ?? 0 }));
  const kafka = await startKafka({
    brokers: BROKERS,
    properties: (seat) => ({
      ...PROPERTIES,
      listeners: `INTERNAL://127.0.0.1:${seat.port},CLIENT://127.0.0.1:${clientPort(seat.id)},CONTROLLER://127.0.0.1:${seat.controllerPort}`,
      'advertised.listeners': advertised(seat.port, proxies[seat.id - 1]?.port ?? 0),
      'listener.security.protocol.map': 'INTERNAL:PLAINTEXT,CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      'inter.broker.listener.name': 'INTERNAL',
    }),
  });
  await Promise.all(proxies.map((proxy) => proxy.heal()));
  const seats = kafka.brokers.map((broker, i) => ({ broker, proxy: /** @type {BrokerProxy} */ (proxies[i]) }));
  return {
    seats,
    folder: kafka.folder,
    bootstrap: kafka.bootstrapServers,
    tool: kafka.tool,
    /** what clients are told */
    clientBootstrap: () => seats.map(({ proxy }) => `127.0.0.1:${proxy.port}`).join(','),
    stop: async () => {
      for (const { broker, proxy } of seats) {
        proxy.cut();
        if (broker.pid !== undefined) process.kill(broker.pid, 'SIGCONT');
      }
      await kafka.stop();
    },
  };
}

/** Clients find the broker on another port once it has been started again. @param {Seat} seat */
export async function moveBroker({ broker, proxy }) {
  const [port = 0] = await freePorts(1);
  broker.configure({ 'advertised.listeners': advertised(broker.port, port) });
  await proxy.moveTo(port);
}

/** @param {number} internal @param {number} client */
const advertised = (internal, client) => `INTERNAL://127.0.0.1:${internal},CLIENT://127.0.0.1:${client}`;

/** The seat that a fault means. @param {Cluster} cluster @param {{ topic: string, group: string, whose: string, chance: number }} options
 *  whose: 'leader' of the topic, 'coordinator' of the group, 'dead-letters' (the leader of the topic beside it), or 'any' */
export async function findSeat(cluster, { topic, group, whose, chance }) {
  const seats = cluster.seats.map((_, i) => /** @type {Seat} */ (cluster.seats[(chance + i) % BROKERS]));
  const any = /** @type {Seat} */ (seats[0]);
  if (whose === 'any') return any;
  const led = whose === 'dead-letters' ? `${topic}.dlq` : topic;
  for (const { broker } of seats) {
    try {
      const id = whose === 'coordinator' ? await askCoordinator(broker.port, group) : (await askPartitions(broker.port, led))[0]?.leader;
      return seats.find((seat) => seat.broker.id === id) ?? any;
    } catch {
      // it is the one that is away: the next one knows
    }
  }
  return any;
}

/** Waits until every partition of the topics has all its replicas in sync: only then another broker may go.
 *  @param {Cluster} cluster @param {readonly string[]} topics @throws {Error} when that takes longer than a minute */
export async function waitForReplicas(cluster, topics) {
  const deadline = performance.now() + REPAIR_MS;
  let last = '';
  while (performance.now() < deadline) {
    try {
      const states = await Promise.all(cluster.seats.flatMap(({ broker }) => topics.map((topic) => askPartitions(broker.port, topic))));
      const lacking = states.filter((partitions) => partitions.some((p) => p.leader < 0 || p.inSync < p.replicas));
      if (lacking.length === 0) return;
      last = `${lacking.length} answers name partitions without all their replicas`;
    } catch (error) {
      last = String(error);
    }
    await pass(POLL_MS);
  }
  throw new Error(`the cluster was not whole again within ${REPAIR_MS} ms: ${last}`);
}

/** @param {Cluster} cluster @param {{ name: string, partitions: number, replication?: number, config?: Readonly<Record<string, string>> }} topic */
export async function createTopic(cluster, { name, partitions, replication = BROKERS, config = {} }) {
  const settings = Object.entries({ 'min.insync.replicas': String(Math.min(2, replication)), ...config });
  await topicCommand(cluster, [
    ...['--create', '--topic', name, '--partitions', String(partitions), '--replication-factor', String(replication)],
    ...settings.flatMap(([key, value]) => ['--config', `${key}=${value}`]),
  ]);
}

/** @param {Cluster} cluster @param {readonly string[]} args */
export async function topicCommand(cluster, args) {
  await cluster.tool('org.apache.kafka.tools.TopicCommand', ['--bootstrap-server', cluster.bootstrap, ...args]);
}

/** A real Apache Kafka (KRaft, loopback, free ports, data in a temporary folder): what `npm run kafka` starts and what the tests use. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Broker } from './broker.mjs';
import { kafkaClassPath } from './jars.mjs';
import { runTool } from './java.mjs';
import { freePorts } from './ports.mjs';

/** @typedef {object} RunningKafka
 *  @property {string} bootstrapServers comma-separated host:port
 *  @property {readonly Broker[]} brokers each with id, port, pid, stop(), kill9(), start()
 *  @property {string} folder settings, logs and data; gone after stop()
 *  @property {(main: string, args: readonly string[]) => Promise<string>} tool runs a class of Kafka's tools, e.g. org.apache.kafka.tools.TopicCommand
 *  @property {() => Promise<void>} stop ends every broker and removes the data; repeated calls are harmless
 *  @typedef {object} Preparation what a cluster needs beyond ours
 *  @property {Readonly<Record<string, string>>} properties server settings that win over ours
 *  @property {readonly string[]} [flags] further JVM flags
 *  @property {readonly string[]} [format] further arguments of the StorageTool, e.g. SCRAM users */

/** @typedef {Readonly<Record<string, string>>} Properties */

/** Starts a Kafka and resolves once every broker answers and sees all the others.
 *  @param {{ brokers?: number, properties?: Properties | ((seat: import('./broker.mjs').Seat) => Properties), flags?: readonly string[],
 *    prepare?: (place: { folder: string, seats: readonly import('./broker.mjs').Seat[] }) => Promise<Preparation> }} [options]
 *  brokers: default 1; properties: server settings that win over ours, for all brokers or for each; flags: further JVM flags; prepare: the same for
 *  settings that must know the folder, which goes with the cluster, or the ports
 *  @returns {Promise<RunningKafka>}
 *  @throws {Error} when a tool is missing or a broker does not start; nothing is left running then */
export async function startKafka({ brokers: count = 1, properties = {}, flags = [], prepare } = {}) {
  const classPath = await kafkaClassPath();
  const ports = await freePorts(2 * count);
  const seats = Array.from({ length: count }, (_, i) => ({ id: i + 1, port: ports[2 * i] ?? 0, controllerPort: ports[2 * i + 1] ?? 0 }));
  const folder = mkdtempSync(join(tmpdir(), 'phq-kafka-'));
  const guard = startGuard(folder);
  const propertiesOf = typeof properties === 'function' ? properties : () => properties;
  /** @type {Broker[]} */
  const brokers = [];
  const stop = memoised(async () => {
    await Promise.all(brokers.map((broker) => broker.stop()));
    rmSync(folder, { recursive: true, force: true });
    await guard.end();
  });
  try {
    const own = await prepare?.({ folder, seats });
    const cluster = {
      ...{ classPath, folder, seats, watch: guard.tell, format: own?.format ?? [] },
      properties: (/** @type {import('./broker.mjs').Seat} */ seat) => ({ ...propertiesOf(seat), ...own?.properties }),
      flags: [...flags, ...(own?.flags ?? [])],
    };
    brokers.push(...seats.map((seat) => new Broker(cluster, seat)));
    const clusterId = randomBytes(16).toString('base64url');
    await Promise.all(brokers.map((broker) => broker.format(clusterId)));
    await Promise.all(brokers.map((broker) => broker.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  const bootstrapServers = seats.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return { bootstrapServers, brokers, folder, tool: (main, args) => runTool(classPath, main, args), stop };
}

/** A process that notices our death, even by kill -9, as the end of its input: it kills whom it watches and removes the folder. It must not keep a test
 *  process alive, hence unref.
 *  @param {string} folder */
export function startGuard(folder) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('guard.mjs', import.meta.url))], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin.write(`folder ${folder}\n`);
  child.unref();
  return {
    tell: (/** @type {'watch' | 'forget'} */ word, /** @type {number} */ pid) => void child.stdin.write(`${word} ${pid}\n`),
    end: async () => {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}

/** @template T @param {() => Promise<T>} work @returns {() => Promise<T>} */
function memoised(work) {
  /** @type {Promise<T> | undefined} */
  let result;
  return () => {
    result ??= work();
    return result;
  };
}

/** One broker of a real Kafka: its settings, its storage, its JVM, and ways to stop it gently or not at all gently. */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool, spawnJava } from './java.mjs';
import { waitUntilReady } from './ready.mjs';

const START_MS = 60_000;
const STOP_MS = 15_000;
const LAST_WORDS_CHARS = 1_500;

/** @typedef {{ id: number, port: number, controllerPort: number }} Seat
 *  @typedef {{ classPath: string, folder: string, seats: readonly Seat[], properties: (seat: Seat) => Readonly<Record<string, string>>, flags: readonly string[], format: readonly string[], watch: (word: 'watch' | 'forget', pid: number) => void }} Cluster */

export class Broker {
  /** @type {import('node:child_process').ChildProcess | null} */
  #child = null;
  #cluster;
  #seat;
  #file;
  #log;

  /** @param {Cluster} cluster @param {Seat} seat */
  constructor(cluster, seat) {
    this.#cluster = cluster;
    this.#seat = seat;
    this.#file = join(cluster.folder, `broker-${seat.id}.properties`);
    this.#log = join(cluster.folder, `broker-${seat.id}.log`);
  }

  get id() {
    return this.#seat.id;
  }

  get port() {
    return this.#seat.port;
  }

  /** The JVM's process id; undefined while stopped. */
  get pid() {
    return this.#child?.pid;
  }

  /** Path of what the broker printed. */
  get log() {
    return this.#log;
  }

  /** Writes the settings and formats the storage; once, before the first start.
   *  @param {string} clusterId */
  async format(clusterId) {
    await mkdir(join(this.#cluster.folder, `data-${this.id}`), { recursive: true });
    this.configure({});
    // With `=`: one random id in 64 begins with a dash and would be taken for an option.
    await runTool(this.#cluster.classPath, 'kafka.tools.StorageTool', [
      'format',
      `--cluster-id=${clusterId}`,
      '-c',
      this.#file,
      ...this.#cluster.format,
    ]);
  }

  /** Writes the settings anew; what is given wins over all others and holds from the next start.
   *  @param {Readonly<Record<string, string>>} properties */
  configure(properties) {
    const { properties: own } = this.#cluster;
    writeFileSync(this.#file, toProperties({ ...defaults(this.#cluster, this.#seat), ...own(this.#seat), ...properties }));
  }

  /** Starts the JVM and waits until the broker sees `brokers` brokers (itself included; default: all of the cluster).
   *  @param {{ brokers?: number }} [options] */
  async start({ brokers = this.#cluster.seats.length } = {}) {
    const { classPath, flags, watch } = this.#cluster;
    const child = spawnJava({ classPath, main: 'kafka.Kafka', args: [this.#file], log: this.#log, flags });
    this.#child = child;
    const { pid } = child;
    if (pid === undefined) throw new Error('java could not be started');
    watch('watch', pid);
    child.once('exit', () => {
      watch('forget', pid);
      if (this.#child === child) this.#child = null;
    });
    await waitUntilReady(this.port, {
      brokers,
      withinMs: START_MS,
      giveUp: () =>
        this.#child === child ? null : `Broker ${this.id} ended while starting; ${this.#log} ends with:\n${this.#lastWords()}`,
    });
  }

  /** The log goes with its folder, so whoever tells of the failure has to tell it. */
  #lastWords() {
    return readFileSync(this.#log, 'utf8').slice(-LAST_WORDS_CHARS);
  }

  /** Asks the broker to hand over its partitions and end; kills it when it takes longer than 15 s. */
  async stop() {
    await this.#end('SIGTERM');
  }

  /** kill -9: as if the machine had lost power. */
  async kill9() {
    await this.#end('SIGKILL');
  }

  /** @param {'SIGTERM' | 'SIGKILL'} signal */
  async #end(signal) {
    const child = this.#child;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  }
}

/** Broker and controller in one JVM. Replication as wide as the cluster allows, so that one of three may die.
 *  @param {Cluster} cluster @param {Seat} seat @returns {Record<string, string>} */
function defaults({ folder, seats }, { id, port, controllerPort }) {
  const copies = String(Math.min(3, seats.length));
  const inSync = String(Math.min(2, seats.length));
  return {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': seats.map((seat) => `${seat.id}@127.0.0.1:${seat.controllerPort}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(folder, `data-${id}`),
    'num.partitions': '4', // as the embedded broker creates them
    'default.replication.factor': copies,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': inSync,
    // Until a killed broker's session is over its restart is refused; the default is 9 s.
    'broker.session.timeout.ms': '6000',
    'broker.heartbeat.interval.ms': '1000',
    'group.initial.rebalance.delay.ms': '0', // the default makes each first join wait 3 s
    // Tests write records with times long past; the default of a week deletes them half a minute after the start.
    'log.retention.ms': '-1',
  };
}

/** Java's properties format takes a backslash as an escape. @param {Record<string, string>} entries */
const toProperties = (entries) =>
  Object.entries(entries)
    .map(([key, value]) => `${key}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('');

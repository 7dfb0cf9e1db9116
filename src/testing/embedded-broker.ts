/** A Kafka cluster inside the process, for tests and demos: librdkafka's mock. No Docker, no Java; topics are created at first use. */

import { API_KEY, type ApiName } from '../engine/api-keys.js';
import { newMock } from '../engine/clients.js';
import { codeOf } from '../engine/codes.js';
import { callEngine } from '../engine/faults.js';
import type { NativeMock } from '../engine/native.js';
import { UsageError } from '../errors.js';

export interface EmbeddedBrokerOptions {
  /** How many brokers; their ids are 1, 2, … Default 1. */
  readonly brokers?: number;
  /** Topics to create, with their number of partitions. Others are created at first use, with 4. */
  readonly topics?: Readonly<Record<string, number>>;
  /** How long a group waits for more members at its first join. Milliseconds; default 0 (librdkafka's own: 3000). */
  readonly groupJoinDelayMs?: number;
}

/** An error of a broker: its number, or its name as librdkafka spells it, e.g. `NOT_LEADER_FOR_PARTITION`; negative numbers and names with `_` cut
 *  the connection or drop the answer as that error would. */
export type BrokerError = number | string;

/** Until they are closed: clients use a broker of which a test has kept no more than the address, and a garbage collection would end it. */
const open = new Set<EmbeddedBroker>();

/** Start it with `EmbeddedBroker.start`. All calls act at once. It runs until it is closed, but keeps no process alive.
 *  Its limits are librdkafka's: a partition keeps 5 MB, no admin requests, no TLS, no SASL, no read_committed.
 *  @example
 *  await using broker = await EmbeddedBroker.start({ topics: { quakes: 3 } });
 *  const producer = new Producer({ svc: 'ingest', outputTopics: 'quakes', bootstrapServers: broker.bootstrapServers }); */
export class EmbeddedBroker {
  readonly bootstrapServers: string;
  readonly #mock: NativeMock;
  #closed = false;

  private constructor(mock: NativeMock) {
    this.#mock = mock;
    this.bootstrapServers = mock.bootstrapServers();
  }

  /** @throws UsageError ENGINE_MISSING when the native engine is not installed */
  static async start(options: EmbeddedBrokerOptions = {}): Promise<EmbeddedBroker> {
    const { brokers = 1, topics = {}, groupJoinDelayMs = 0 } = options;
    const broker = new EmbeddedBroker(newMock(brokers));
    open.add(broker);
    broker.#mock.groupInitialRebalanceDelayMs(groupJoinDelayMs);
    for (const [name, partitions] of Object.entries(topics)) broker.createTopic(name, { partitions });
    return broker;
  }

  /** Creates a topic. `partitions` default 4, `replicationFactor` default 1. */
  createTopic(name: string, options: { readonly partitions?: number; readonly replicationFactor?: number } = {}): void {
    const { partitions = 4, replicationFactor = 1 } = options;
    this.#call(`Creating topic "${name}"`, (mock) => mock.createTopic(name, partitions, replicationFactor));
  }

  /** The next requests of that kind are answered with these errors, one each.
   *  @example broker.failRequests('OffsetCommit', ['NOT_COORDINATOR', 'NOT_COORDINATOR']) */
  failRequests(request: ApiName | number, errors: readonly BrokerError[]): void {
    this.#call(`Failing ${request}`, (mock) => mock.pushRequestErrors(apiKey(request), errors.map(errorCode)));
  }

  /** Forgets the errors of `failRequests` that were not used up. */
  healRequests(request: ApiName | number): void {
    this.#call(`Healing ${request}`, (mock) => mock.clearRequestErrors(apiKey(request)));
  }

  /** Every request about the topic is answered with this error, until it is called with null. */
  topicError(topic: string, error: BrokerError | null): void {
    this.#call(`Failing topic "${topic}"`, (mock) => mock.topicError(topic, error === null ? 0 : errorCode(error)));
  }

  /** Cuts the broker's connections and accepts no new ones. */
  brokerDown(id = 1): void {
    this.#call(`Stopping broker ${id}`, (mock) => mock.brokerDown(id));
  }

  brokerUp(id = 1): void {
    this.#call(`Starting broker ${id}`, (mock) => mock.brokerUp(id));
  }

  /** Every answer of that broker takes this much longer. Milliseconds; 0 = no delay. */
  latency(id: number, ms: number): void {
    this.#call(`Slowing broker ${id}`, (mock) => mock.brokerRoundTripMs(id, ms));
  }

  moveLeader(topic: string, partition: number, brokerId: number): void {
    this.#call(`Moving the leader of ${topic}:${partition}`, (mock) => mock.partitionLeader(topic, partition, brokerId));
  }

  /** `key` is the group id, or the transactional id. */
  moveCoordinator(kind: 'group' | 'transaction', key: string, brokerId: number): void {
    this.#call(`Moving the coordinator of "${key}"`, (mock) => mock.coordinator(kind, key, brokerId));
  }

  /** Ends the cluster; clients that are still open see all brokers down. Calling it twice is harmless. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    open.delete(this);
    this.#mock.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #call(what: string, call: (mock: NativeMock) => void): void {
    if (this.#closed) throw new UsageError('USAGE_CLOSED', `${what}: the embedded broker is closed`);
    callEngine(what, () => call(this.#mock));
  }
}

function apiKey(request: ApiName | number): number {
  const key = typeof request === 'number' ? request : API_KEY[request];
  if (key !== undefined) return key;
  throw new UsageError(
    'USAGE_ARGUMENT',
    `There is no request ${JSON.stringify(request)}; known are ${Object.keys(API_KEY).join(', ')}, and any number`,
  );
}

function errorCode(error: BrokerError): number {
  const code = typeof error === 'number' ? error : codeOf(error);
  if (code !== undefined) return code;
  throw new UsageError(
    'USAGE_ARGUMENT',
    `There is no broker error ${JSON.stringify(error)}; use librdkafka's names, e.g. NOT_COORDINATOR, or a number`,
  );
}

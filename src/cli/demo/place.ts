/** Demo: where the three services meet: brokers, topics and groups, made before them and removed after them. */
import { randomBytes } from 'node:crypto';
// The admin client has no public name yet; a demo on somebody's cluster must make and remove its own topics.
import { Admin, throwOnFailure } from '../../engine/admin.js';
import { type ConsumerConfig, isPhqKafkaError, type Logger, Producer } from '../../index.js';
import { EmbeddedBroker } from '../../testing/index.js';
import { CommandError } from '../command-error.js';

export interface Place extends AsyncDisposable {
  readonly bootstrapServers: string;
  readonly topics: { readonly quakes: string; readonly alerts: string };
  readonly groups: { readonly ranker: string; readonly reporter: string };
  /** What consumers want to set here, beside their own. */
  readonly consumerConfig: ConsumerConfig;
  readonly logger: Logger;
  /** For the user: the brokers, and what is made on them. */
  readonly description: string;
}

const PARTITIONS = 4;
const CONNECT_TIMEOUT_MS = 10_000;
const CREATE_TIMEOUT_MS = 15_000;
/** Whoever pressed Ctrl-C because the brokers are gone waits this long for nothing. */
const DELETE_TIMEOUT_MS = 5_000;

/** A broker inside this process: nothing to install, nothing remains. */
export async function openEmbedded(logger: Logger): Promise<Place> {
  const broker = await EmbeddedBroker.start({ topics: { quakes: PARTITIONS, alerts: PARTITIONS } });
  return {
    bootstrapServers: broker.bootstrapServers,
    topics: { quakes: 'quakes', alerts: 'alerts' },
    groups: { ranker: 'ranker', reporter: 'reporter' },
    // It answers an empty fetch only when this time is over; a real broker answers as soon as there is something.
    consumerConfig: { 'fetch.wait.max.ms': 10 },
    logger,
    description: `the embedded broker at ${broker.bootstrapServers}`,
    [Symbol.asyncDispose]: () => broker.close(),
  };
}

/** The user's own cluster. Topics and groups carry a name that no other run has, and the topics are deleted at the end.
 *  @throws CommandError when no broker answers or the topics cannot be made */
export async function openCluster(bootstrapServers: string, logger: Logger): Promise<Place> {
  const prefix = `phq-demo-${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}-${randomBytes(3).toString('hex')}`;
  const topics = { quakes: `${prefix}.quakes`, alerts: `${prefix}.alerts` };
  const groups = { ranker: `${prefix}.ranker`, reporter: `${prefix}.reporter` };
  await assertReachable(bootstrapServers, topics.quakes, logger);
  const admin = new Admin({ config: [['bootstrap.servers', bootstrapServers]], name: 'admin client of the demo' });
  try {
    await createTopics(admin, Object.values(topics));
  } catch (cause) {
    await admin.close();
    throw new CommandError(`The demo's topics cannot be made on ${bootstrapServers}: ${messageOf(cause)}`, { cause });
  }
  return {
    bootstrapServers,
    topics,
    groups,
    consumerConfig: {},
    logger,
    description: `${bootstrapServers}, with topics of its own, ${prefix}.*, which are deleted at the end`,
    [Symbol.asyncDispose]: () => deleteTopics(admin, Object.values(topics), logger),
  };
}

/** A wrong address is told at once, and by the error that says most about it. */
async function assertReachable(bootstrapServers: string, topic: string, logger: Logger): Promise<void> {
  await using probe = new Producer({ svc: 'demo', outputTopics: topic, bootstrapServers, logger });
  try {
    await probe.connect({ timeoutMs: CONNECT_TIMEOUT_MS });
  } catch (cause) {
    throw new CommandError(messageOf(cause), { cause });
  }
}

async function createTopics(admin: Admin, names: readonly string[]): Promise<void> {
  // -1: as many replicas as the cluster gives by default.
  const topics = names.map((name) => ({ name, partitions: PARTITIONS, replicationFactor: -1 }));
  throwOnFailure(await admin.createTopics(topics, CREATE_TIMEOUT_MS));
}

/** The groups need no removal: the brokers forget a group without members and offsets at their next clean-up, every ten minutes by default. */
async function deleteTopics(admin: Admin, names: readonly string[], logger: Logger): Promise<void> {
  try {
    throwOnFailure(await admin.deleteTopics(names, DELETE_TIMEOUT_MS));
  } catch (error) {
    logger.warn({}, `The demo's topics ${names.join(' and ')} could not be deleted, please do it: ${messageOf(error)}`);
  } finally {
    await admin.close();
  }
}

function messageOf(error: unknown): string {
  return isPhqKafkaError(error) || error instanceof Error ? error.message : String(error);
}

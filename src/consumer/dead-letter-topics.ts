/** Consuming, before the group is joined: the topics to park in must be there, since a first poisoned message is a bad moment to find out. */

import { Admin, throwOnFailure } from '../engine/admin.js';
import { kindOf } from '../engine/codes.js';
import { toKafkaException } from '../engine/faults.js';
import type { MetadataJson } from '../engine/native.js';
import { DeadLetterError, isPhqKafkaError, KafkaException } from '../errors.js';
import type { ResolvedDeadLetter } from '../settings/failure-options.js';
import type { RunOptions } from './run.js';

type Options = Pick<RunOptions, 'deadLetter' | 'inputTopics' | 'name' | 'logger' | 'membership' | 'oauthToken'>;

const ASK_TIMEOUT_MS = 10_000;
/** The cluster's own replication. */
const DEFAULT_REPLICATION = -1;
const TOPIC_ALREADY_EXISTS = 36;

/** Of input topics named by a pattern the dead letter is not known yet: it is not looked for.
 *  @throws DeadLetterError DEAD_LETTER_MISSING; KafkaException when the cluster refuses to say, or to create */
export async function ensureDeadLetterTopics(options: Options): Promise<void> {
  const { deadLetter, inputTopics } = options;
  if (deadLetter === undefined) return;
  for (const from of inputTopics.filter((topic) => !topic.startsWith('^'))) await ensure(from, deadLetter, options);
}

async function ensure(from: string, deadLetter: ResolvedDeadLetter, options: Options): Promise<void> {
  const to = deadLetter.topicOf(from);
  const fault = await findFault(to, options);
  if (fault === undefined) return;
  const kind = kindOf(fault.kafkaCode);
  if (kind === 'security' || kind === 'refused') throw fault;
  // A leader that is being elected, a broker that does not answer: parking waits for that, and so may the start.
  if (kind !== 'missing')
    return options.logger.warn({ err: fault }, `The dead letter topic "${to}" of the ${options.name} cannot be looked at yet`);
  if (deadLetter.create) return await create(from, to, deadLetter, options);
  const text = `Starting the ${options.name}: its dead letter topic "${to}" does not exist: create it, or set deadLetter: { create: true }`;
  throw new DeadLetterError('DEAD_LETTER_MISSING', text, { cause: fault });
}

async function findFault(topic: string, { membership }: Options): Promise<KafkaException | undefined> {
  try {
    const error = topicOf(await membership.offsets.metadata(topic, ASK_TIMEOUT_MS), topic)?.error ?? null;
    return error === null ? undefined : toKafkaException(error, { what: `Looking for the dead letter topic "${topic}"` });
  } catch (error) {
    if (error instanceof KafkaException) return error;
    throw error;
  }
}

/** With as many partitions as the source, so that equal keys lie in equal partitions there too. */
async function create(from: string, to: string, { config }: ResolvedDeadLetter, options: Options): Promise<void> {
  const { membership, name, oauthToken, logger } = options;
  const source = topicOf(await membership.offsets.metadata(from, ASK_TIMEOUT_MS), from);
  const partitions = Math.max(1, source?.partitions.length ?? 1);
  const onTokenError = (error: KafkaException): void => logger.warn({ err: error }, error.message);
  const admin = new Admin({ config, name: `dead letter topics of the ${name}`, oauthToken, onTokenError });
  try {
    throwOnFailure(await admin.createTopics([{ name: to, partitions, replicationFactor: DEFAULT_REPLICATION }], ASK_TIMEOUT_MS), [
      TOPIC_ALREADY_EXISTS,
    ]);
    logger.info({ topic: to, partitions }, `The ${name} created its dead letter topic "${to}"`);
  } catch (error) {
    if (isPhqKafkaError(error) && error.retriable) {
      return logger.warn(
        { err: error },
        `The dead letter topic "${to}" of the ${name} cannot be created yet: its first record may do that, or waits`,
      );
    }
    const reason = isPhqKafkaError(error) ? error.message : String(error);
    const text = `Starting the ${name}: its dead letter topic "${to}" cannot be created: ${reason}`;
    throw new DeadLetterError('DEAD_LETTER_MISSING', text, { cause: error });
  } finally {
    await admin.close();
  }
}

function topicOf({ topics }: MetadataJson, name: string): MetadataJson['topics'][number] | undefined {
  return topics.find((topic) => topic.name === name);
}

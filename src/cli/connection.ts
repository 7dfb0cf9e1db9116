/** Command line: which cluster a command talks to and how it logs in: flags, files and the environment become the library's options. */
import { readFileSync } from 'node:fs';
import { isPhqKafkaError } from '../index.js';
import { Cluster, type ToolOptions } from '../inspect/cluster.js';
import { knownKey } from '../settings/kafka-config.js';
import { KAFKA_KEYS } from '../settings/librdkafka-keys.js';
import type { Logger } from '../settings/logger.js';
import { CommandError, EXIT } from './command-error.js';
import { usageError } from './flags.js';
import { toPlainText } from './plain-text.js';

/** For parseArgs. */
export const CONNECTION_FLAGS = { bootstrap: { type: 'string' }, config: { type: 'string', multiple: true } } as const;

export const CONNECTION_HELP = `  --bootstrap HOST:PORT  the cluster; several with commas
  --config FILE          a file of librdkafka keys, key=value a line, # begins a comment; may be given several times
  --config KEY=VALUE     one key; not for secrets, which every user of the machine could read in the list of processes:
                         they belong in a file or in the environment, sasl.password as PHQ_KAFKA_SASL_PASSWORD and so on
`;

const CONNECT_TIMEOUT_MS = 15_000;
const BOOTSTRAP = 'bootstrap.servers';
const ENV_PREFIX = 'PHQ_KAFKA_';

export interface ConnectionValues {
  readonly bootstrap?: string | undefined;
  readonly config?: readonly string[] | undefined;
}

/** Later wins: files, the environment, keys on the command line, --bootstrap. Values of secrets are never shown.
 *  @throws CommandError with exit code 2 */
export function readConnection(
  command: string,
  { bootstrap, config = [] }: ConnectionValues,
  env: Readonly<Record<string, string | undefined>>,
): ToolOptions {
  const entries = new Map<string, string>();
  for (const file of config.filter((text) => !text.includes('='))) readFile(command, file, entries);
  for (const [key, value] of fromEnvironment(env)) entries.set(key, value);
  for (const text of config.filter((given) => given.includes('='))) {
    const [key, value] = splitEntry(text);
    if (knownKey(key)?.secret === true) throw usageError(command, describeSecret(key));
    entries.set(key, value);
  }
  if (bootstrap !== undefined) entries.set(BOOTSTRAP, bootstrap);
  const servers = entries.get(BOOTSTRAP);
  if (servers === undefined) throw usageError(command, '--bootstrap is missing, e.g. --bootstrap localhost:9092');
  entries.delete(BOOTSTRAP);
  return { bootstrapServers: servers, kafkaConfig: Object.fromEntries(entries) };
}

/** Opens the cluster and waits until a broker has answered. @throws CommandError with exit code 2 when the settings are wrong; TimeoutError */
export async function openCluster(options: ToolOptions, logger: Logger): Promise<Cluster> {
  const cluster = makeCluster(options, logger);
  try {
    await cluster.connect(CONNECT_TIMEOUT_MS);
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return cluster;
}

function makeCluster(options: ToolOptions, logger: Logger): Cluster {
  try {
    return new Cluster({ ...options, logger });
  } catch (cause) {
    if (!isPhqKafkaError(cause) || cause.code !== 'SETTINGS_INVALID') throw cause;
    throw new CommandError(cause.message, { exitCode: EXIT.usage, cause });
  }
}

function readFile(command: string, file: string, entries: Map<string, string>): void {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const why = toPlainText((cause as Error).message);
    throw usageError(command, `--config ${toPlainText(file)} cannot be read (${why}); a key is written as KEY=VALUE`);
  }
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return;
    // The line itself may be a secret.
    if (!line.includes('=')) throw usageError(command, `line ${index + 1} of ${toPlainText(file)} is not key=value`);
    entries.set(...splitEntry(line));
  });
}

function* fromEnvironment(env: Readonly<Record<string, string | undefined>>): Generator<readonly [string, string]> {
  for (const key of Object.keys(KAFKA_KEYS)) {
    const value = env[variableOf(key)];
    if (value !== undefined) yield [key, value];
  }
}

const variableOf = (key: string): string => `${ENV_PREFIX}${key.toUpperCase().replaceAll(/[.-]/g, '_')}`;

function splitEntry(text: string): [key: string, value: string] {
  const at = text.indexOf('=');
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function describeSecret(key: string): string {
  return `${key} is a secret: put it into a file, --config FILE, or into the variable ${variableOf(key)}`;
}

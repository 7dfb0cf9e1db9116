/** Dead letters: what their four commands have in common: help, connection, results as text or as JSON. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Cluster } from '../../inspect/cluster.js';
import { CONNECTION_FLAGS, type ConnectionValues, openCluster, readConnection } from '../connection.js';
import { parsingFor } from '../flags.js';
import { toPlainJson } from '../plain-text.js';
import type { Screen } from '../screen.js';
import { toLogger } from '../screen-logger.js';

/** What a command runs in. */
export interface Surroundings {
  readonly screen: Screen;
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly nowMs: number;
}

export const COMMON_FLAGS = { ...CONNECTION_FLAGS, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

type Flags = NonNullable<ParseArgsConfig['options']>;
type Parsed<F extends Flags> = ReturnType<
  typeof parseArgs<{ readonly args: string[]; readonly options: F & typeof COMMON_FLAGS; readonly allowPositionals: true }>
>;

export interface CommandSyntax<F extends Flags> {
  readonly name: string;
  readonly help: string;
  readonly flags: F;
}

/** Arguments parsed, or undefined when the help was asked for and shown. @throws CommandError with exit code 2 */
export function parseCommand<const F extends Flags>(
  { name, help, flags }: CommandSyntax<F>,
  args: readonly string[],
  { screen }: Surroundings,
): Pick<Parsed<F>, 'values' | 'positionals'> | undefined {
  const parsed = parsingFor(name, () => {
    return parseArgs({ args: [...args], options: { ...flags, ...COMMON_FLAGS }, allowPositionals: true });
  });
  if ((parsed.values as { readonly help?: boolean }).help !== true) return parsed;
  screen.result(help.trimEnd());
  return undefined;
}

/** Opens the cluster that the flags name, for as long as `use` runs. */
export async function withCluster<T>(
  command: string,
  values: ConnectionValues,
  { screen, env }: Surroundings,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  await using cluster = await openCluster(readConnection(command, values, env), toLogger(screen));
  return await use(cluster);
}

/** One line of JSON, with the name of its form: fields are only ever added to a form. */
export function printJson(screen: Screen, form: string, value: object): void {
  screen.result(toPlainJson({ form: `phq-kafka.${form}/1`, ...value }));
}

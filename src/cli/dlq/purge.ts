/** Dead letters: `dlq purge`. */
import { type PurgePlan, planPurge, purge } from '../../inspect/purge.js';
import { EXIT } from '../command-error.js';
import { CONNECTION_HELP } from '../connection.js';
import { usageError } from '../flags.js';
import { formatCount, formatPlural } from '../numbers.js';
import { toPlainText } from '../plain-text.js';
import { type Column, renderTable } from '../table.js';
import { onlyOne, toCutPoint } from './arguments.js';
import { parseCommand, printJson, type Surroundings, withCluster } from './command.js';

const NAME = 'phq-kafka dlq purge';
const HELP = `Usage: ${NAME} TOPIC --before TIME|PARTITION:OFFSET [--yes] [FLAGS]

Deletes dead letters for good. Kafka can only cut off the front of a partition: everything before the point goes, whether it
has been sent back or not. Shows what would go, partition by partition, and deletes it only with --yes.

  --before TIME          everything written before this: 2026-11-27T14:00:00Z, or 90s, 15m, 2h, 7d ago
  --before P:OFFSET      everything before this offset of partition P, nothing of the others; may be given once for each
  --yes                  deletes; without it the exit code is 3 when there is something to delete
  --json                 one line of JSON
${CONNECTION_HELP}  --help                 this text
`;
const FLAGS = { before: { type: 'string', multiple: true }, yes: { type: 'boolean' } } as const;

export async function runPurge(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const parsed = parseCommand({ name: NAME, help: HELP, flags: FLAGS }, args, surroundings);
  if (parsed === undefined) return EXIT.ok;
  const { values, positionals } = parsed;
  const { screen, signal, nowMs } = surroundings;
  const topic = onlyOne(NAME, 'TOPIC', positionals);
  const before = (values.before ?? []).map((text) => toCutPoint(NAME, text, nowMs));
  if (before.length === 0) throw usageError(NAME, '--before is missing');
  const cut = new Set(before.map((point) => ('partition' in point ? point.partition : 'all')));
  if (cut.size < before.length || (cut.has('all') && cut.size > 1))
    throw usageError(NAME, '--before says twice where a partition is cut: a time is for all of them');
  const plan = await withCluster(NAME, values, surroundings, async (cluster) => {
    const planned = await planPurge(cluster, topic, before, signal);
    if (values.yes === true) await purge(cluster, planned, signal);
    return planned;
  });
  const isDone = values.yes === true;
  if (values.json === true) printJson(screen, 'dlq.purge', { purged: isDone, ...plan });
  else for (const line of renderPlan(plan, isDone)) screen.result(line);
  return isDone || plan.partitions.length === 0 ? EXIT.ok : EXIT.unconfirmed;
}

const COLUMNS: readonly Column[] = [
  { title: 'partition', align: 'right' },
  { title: 'from', align: 'right' },
  { title: 'before', align: 'right' },
  { title: 'records', align: 'right' },
  { title: 'never sent back', align: 'right' },
];

/** For people. */
export function renderPlan({ topic, records, notRedriven, partitions }: PurgePlan, isDone: boolean): string[] {
  if (partitions.length === 0) return [`${toPlainText(topic)}: nothing lies before that`];
  const rows = partitions.map((cut) => [
    String(cut.partition),
    String(cut.from),
    String(cut.until),
    formatCount(cut.records),
    formatCount(cut.notRedriven),
  ]);
  const what = `${formatPlural(records, 'dead letter')}, ${formatCount(notRedriven)} of them never sent back`;
  return [
    `${toPlainText(topic)}: ${what}, ${isDone ? 'deleted' : 'would be deleted'}: the front of each partition, all of it`,
    ...renderTable(COLUMNS, rows),
    ...(isDone ? [] : ['Nothing was deleted: repeat the command with --yes to do it']),
  ];
}

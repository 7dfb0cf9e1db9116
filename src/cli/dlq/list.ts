/** Dead letters: `dlq list`. */
import type { Cluster } from '../../inspect/cluster.js';
import type { ErrorGroup } from '../../inspect/error-groups.js';
import { findDeadLetterTopics, listDeadLetters, type TopicListing } from '../../inspect/list-dead-letters.js';
import { EXIT } from '../command-error.js';
import { CONNECTION_HELP } from '../connection.js';
import { formatCount, formatPlural } from '../numbers.js';
import { toPlainText } from '../plain-text.js';
import type { Paint, Screen } from '../screen.js';
import { type Column, renderTable } from '../table.js';
import { FILTER_FLAGS, FILTER_HELP, toFilter } from './arguments.js';
import { parseCommand, printJson, type Surroundings, withCluster } from './command.js';

const NAME = 'phq-kafka dlq list';
const HELP = `Usage: ${NAME} [TOPIC…] [FLAGS]

Reads dead-letter topics from end to end and shows what is in them, grouped by error: the name and the message, without the
numbers, texts and ids in it that vary. Without a TOPIC it reads every topic whose name ends in .dlq. Changes nothing.

${FILTER_HELP}  --json                 one line of JSON
${CONNECTION_HELP}  --help                 this text
`;

export async function runList(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const parsed = parseCommand({ name: NAME, help: HELP, flags: FILTER_FLAGS }, args, surroundings);
  if (parsed === undefined) return EXIT.ok;
  const { values, positionals } = parsed;
  const filter = toFilter(NAME, values, surroundings.nowMs);
  const { screen, signal } = surroundings;
  const topics = await withCluster(NAME, values, surroundings, async (cluster) => {
    const names = positionals.length > 0 ? positionals : await findDeadLetterTopics(cluster);
    const listings: TopicListing[] = [];
    for (const topic of names) listings.push(await listOne(cluster, topic, { filter, signal, screen }));
    return listings;
  });
  if (values.json === true) printJson(screen, 'dlq.list', { topics });
  else for (const line of renderListings(topics, screen.paint)) screen.result(line);
  return EXIT.ok;
}

async function listOne(
  cluster: Cluster,
  topic: string,
  { filter, signal, screen }: { readonly filter: ReturnType<typeof toFilter>; readonly signal: AbortSignal; readonly screen: Screen },
): Promise<TopicListing> {
  const onProgress = (done: number): void => screen.status(`reading ${toPlainText(topic)}: ${formatCount(done)}`);
  try {
    return await listDeadLetters(cluster, topic, { filter, signal, onProgress });
  } finally {
    screen.status('');
  }
}

const COLUMNS: readonly Column[] = [
  { title: 'records', align: 'right' },
  { title: 'sent back', align: 'right' },
  { title: 'error', align: 'left' },
  { title: 'first failure', align: 'left' },
  { title: 'last failure', align: 'left' },
  { title: 'from', align: 'left' },
  { title: 'example', align: 'left' },
];

/** For people: a table a topic. */
export function renderListings(listings: readonly TopicListing[], paint: Paint): string[] {
  if (listings.length === 0) return ['There is no topic whose name ends in .dlq'];
  return listings.flatMap((listing, index) => [...(index === 0 ? [] : ['']), ...renderListing(listing, paint)]);
}

function renderListing({ topic, records, redriven, groups, unexplained }: TopicListing, paint: Paint): string[] {
  const head = `${toPlainText(topic)}: ${formatPlural(records, 'dead letter')}${redriven > 0 ? `, ${formatCount(redriven)} sent back already` : ''}`;
  const [title = '', ...rows] = groups.length === 0 ? [] : renderTable(COLUMNS, groups.map(toRow));
  const { example } = unexplained;
  const where = example === null ? '' : `, the first at ${toPlainText(example.topic)}:${example.partition}:${example.offset}`;
  return [
    paint('bold', head),
    ...(title === '' ? [] : [paint('dim', title), ...rows]),
    ...(unexplained.records > 0
      ? [`${formatPlural(unexplained.records, 'record')} whose headers do not say where they came from${where}`]
      : []),
  ];
}

function toRow({ error, records, redriven, firstFailure, lastFailure, sources, example }: ErrorGroup): string[] {
  const from = sources.map(({ topic, firstPartition, lastPartition }) => {
    return `${toPlainText(topic, 80)}:${firstPartition}${lastPartition > firstPartition ? `-${lastPartition}` : ''}`;
  });
  return [
    formatCount(records),
    redriven > 0 ? formatCount(redriven) : '-',
    error.shape === null ? '(others)' : toPlainText(`${error.name}: ${error.shape}`, 100),
    toPlainText(firstFailure ?? '-', 30),
    toPlainText(lastFailure ?? '-', 30),
    from.length > 3 ? `${from.slice(0, 3).join(', ')}, …` : from.join(', '),
    `${toPlainText(example.topic)}:${example.partition}:${example.offset}`,
  ];
}

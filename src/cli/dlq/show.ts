/** Dead letters: `dlq show`. */
import type { Position } from '../../index.js';
import { type ShownDeadLetter, showDeadLetter } from '../../inspect/show-dead-letter.js';
import { CommandError, EXIT } from '../command-error.js';
import { CONNECTION_HELP } from '../connection.js';
import { renderLineage } from '../lineage.js';
import { toPlainText } from '../plain-text.js';
import type { Paint } from '../screen.js';
import { onlyOne, toPosition } from './arguments.js';
import { toBytesJson, toBytesText, toHeadersJson } from './bytes.js';
import { parseCommand, printJson, type Surroundings, withCluster } from './command.js';

const NAME = 'phq-kafka dlq show';
const HELP = `Usage: ${NAME} TOPIC:PARTITION:OFFSET [FLAGS]

Shows one dead letter in full: why it is there, its key, its value and its own headers, and the messages that it came from.
Changes nothing.

  --json                 one line of JSON: bytes that are UTF-8 as {"text"}, others as {"base64"}
${CONNECTION_HELP}  --help                 this text
`;

/** A screen's worth; --json has everything. */
const MAX_VALUE = 20_000;
const MAX_HEADER = 2_000;
const MAX_STACK_LINES = 50;
/** JavaScript knows no later time. */
const LAST_DATE_MS = 8.64e15;

export async function runShow(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const parsed = parseCommand({ name: NAME, help: HELP, flags: {} }, args, surroundings);
  if (parsed === undefined) return EXIT.ok;
  const { values, positionals } = parsed;
  const position = toPosition(NAME, onlyOne(NAME, 'TOPIC:PARTITION:OFFSET', positionals));
  const shown = await withCluster(NAME, values, surroundings, (cluster) => showDeadLetter(cluster, position, surroundings.signal));
  if (shown === undefined)
    throw new CommandError(`There is no record at ${describe(position)}: none yet, deleted, or a mark of a transaction`);
  const { screen } = surroundings;
  if (values.json === true) printJson(screen, 'dlq.show', toJson(shown));
  else for (const line of renderLetter(shown, screen.paint)) screen.result(line);
  return EXIT.ok;
}

function toJson({ record, facts, isRedriven, lineage, unreadable }: ShownDeadLetter): object {
  const { topic, partition, offset, timestampMs, key, value, headers } = record;
  return {
    ...{ topic, partition, offset, timestampMs, redriven: isRedriven },
    // JSON has no undefined: what is not known is null.
    facts: facts === undefined ? null : { ...facts, error: { ...facts.error, stack: facts.error.stack ?? null } },
    ...{ key: toBytesJson(key), value: toBytesJson(value), headers: toHeadersJson(headers), lineage, unreadable },
  };
}

/** For people. */
export function renderLetter({ record, facts, isRedriven, lineage, unreadable }: ShownDeadLetter, paint: Paint): string[] {
  const title = (text: string): string => paint('bold', text);
  const own = record.headers.filter(([name]) => !name.startsWith('dlq.'));
  return [
    title(`${describe(record)}${isRedriven ? ', sent back already' : ''}`),
    ...renderFacts(facts, record.timestampMs),
    `key        ${toBytesText(record.key, MAX_HEADER)}`,
    ...own.map(([name, value]) => `header     ${toPlainText(name)}: ${toBytesText(value, MAX_HEADER)}`),
    '',
    title('value'),
    toBytesText(record.value, MAX_VALUE),
    '',
    title('came from, as topic:partition:offset  key  service  time'),
    ...(lineage === null ? [toPlainText(unreadable ?? '(a tombstone has no history)', MAX_HEADER)] : renderLineage(lineage)),
    ...renderStack(facts?.error.stack, title),
  ];
}

function renderFacts(facts: ShownDeadLetter['facts'], timestampMs: number): string[] {
  if (facts === undefined) return ['Its headers do not say where it came from: it was not written by a failure policy of this library'];
  const { from, error, attempts, svc, groupId, firstFailure, lastFailure } = facts;
  return [
    `from       ${describe(from)}`,
    `parked     ${describeTime(timestampMs)}`,
    `by         ${toPlainText(svc)}, group ${toPlainText(groupId)}, after ${attempts} attempts`,
    `failed     ${toPlainText(firstFailure)} first, ${toPlainText(lastFailure)} last`,
    `error      ${toPlainText(`${error.name}: ${error.message}`, MAX_HEADER)}`,
  ];
}

/** A writer may give any number as the time. */
function describeTime(ms: number): string {
  if (ms < 0) return '(no time)';
  return ms <= LAST_DATE_MS ? new Date(ms).toISOString() : `${ms} ms since 1970`;
}

function renderStack(stack: string | undefined, title: (text: string) => string): string[] {
  if (stack === undefined) return [];
  const lines = stack.split('\n');
  const more = lines.length > MAX_STACK_LINES ? [`… ${lines.length - MAX_STACK_LINES} more lines`] : [];
  return ['', title('stack'), ...lines.slice(0, MAX_STACK_LINES).map((line) => toPlainText(line, MAX_HEADER)), ...more];
}

function describe({ topic, partition, offset }: Position): string {
  return `${toPlainText(topic)}:${partition}:${offset}`;
}

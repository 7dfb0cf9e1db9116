/** Dead letters: `dlq redrive`. */
import { planRedrive, type RedriveOptions, redrive } from '../../inspect/redrive.js';
import type { StayReason } from '../../inspect/redrive-decision.js';
import type { RedriveOutcome } from '../../inspect/redrive-tally.js';
import { EXIT } from '../command-error.js';
import { CONNECTION_HELP } from '../connection.js';
import { formatCount, formatPlural } from '../numbers.js';
import { toPlainText } from '../plain-text.js';
import { showProgress } from '../progress.js';
import type { Screen } from '../screen.js';
import { FILTER_FLAGS, FILTER_HELP, onlyOne, toFilter, toRate } from './arguments.js';
import { parseCommand, printJson, type Surroundings, withCluster } from './command.js';

const NAME = 'phq-kafka dlq redrive';
const HELP = `Usage: ${NAME} TOPIC [FLAGS]

Sends the dead letters of TOPIC back to the topics that their headers name, into the same partitions, as they were before
they were parked. Each is sent in one transaction with a marker, in the compacted topic TOPIC.redriven, and those with a
marker stay: running it again, also after a crash, sends nothing twice. One redrive of a topic runs at a time: a second
one stops the first. What is parked while it runs is left for the next run.

  --dry-run              only says what would be sent; writes nothing
${FILTER_HELP}  --to TOPIC             all go to this topic; it must be where they came from, or named by --allow
  --allow TOPIC          a topic that may be named by --to; may be given several times
  --rate N               at most N messages a second
  --json                 one line of JSON
${CONNECTION_HELP}  --help                 this text
`;
const FLAGS = {
  ...FILTER_FLAGS,
  'dry-run': { type: 'boolean' },
  to: { type: 'string' },
  allow: { type: 'string', multiple: true },
  rate: { type: 'string' },
} as const;

export async function runRedrive(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const parsed = parseCommand({ name: NAME, help: HELP, flags: FLAGS }, args, surroundings);
  if (parsed === undefined) return EXIT.ok;
  const { values, positionals } = parsed;
  const { screen, signal, nowMs } = surroundings;
  const options: RedriveOptions = {
    topic: onlyOne(NAME, 'TOPIC', positionals),
    to: values.to,
    allow: values.allow ?? [],
    filter: toFilter(NAME, values, nowMs),
    rate: toRate(NAME, values.rate),
    signal,
  };
  const isDryRun = values['dry-run'] === true;
  const outcome = await withCluster(NAME, values, surroundings, (cluster) =>
    isDryRun ? planRedrive(cluster, options) : watch(screen, options, (watched) => redrive(cluster, watched)),
  );
  if (values.json === true) printJson(screen, 'dlq.redrive', { dryRun: isDryRun, ...outcome });
  else for (const line of renderOutcome(outcome, isDryRun)) screen.result(line);
  return couldNotGo(outcome) > 0 ? EXIT.failed : EXIT.ok;
}

/** Shows how far it is, once it is clear how much there is to do, and after a failure how far it came. */
async function watch<T>(screen: Screen, options: RedriveOptions, run: (options: RedriveOptions) => Promise<T>): Promise<T> {
  let [sent, total] = [0, 0];
  let stop: (() => void) | undefined;
  const onProgress = (count: number, toSend: number): void => {
    [sent, total] = [count, toSend];
    stop ??= showSent(screen, () => ({ sent, total }));
  };
  try {
    return await run({ ...options, onProgress });
  } catch (error) {
    stop?.();
    if (total > 0)
      screen.note(`${formatCount(sent)} of ${formatPlural(total, 'message')} sent; run it again to send the rest: none is sent twice`);
    throw error;
  } finally {
    stop?.();
  }
}

function showSent(screen: Screen, state: () => { readonly sent: number; readonly total: number }): () => void {
  const startedMs = performance.now();
  return showProgress(screen, () => {
    const { sent, total } = state();
    return { total, stages: [{ svc: 'sent', count: sent }], elapsedMs: performance.now() - startedMs };
  });
}

const REASONS: Readonly<Record<StayReason, string>> = {
  redriven: 'sent back before',
  filtered: 'not meant by the filters',
  unexplained: 'their headers do not say where they came from: name a topic with --to and --allow',
  notAllowed: 'not allowed: name the topic with --allow',
  noTopic: 'the topic they should go to does not exist',
  denied: 'the topic they should go to may not be looked at: it needs an ACL for DESCRIBE',
  tooLarge: 'too large for the topic they should go to: see its max.message.bytes',
};

/** For people. */
export function renderOutcome({ topic, messages, targets, staying, refusedTopics }: RedriveOutcome, isDryRun: boolean): string[] {
  const verb = isDryRun ? 'would be sent' : 'sent';
  const reasons = (Object.keys(REASONS) as StayReason[]).filter((reason) => staying[reason] > 0);
  return [
    `${toPlainText(topic)}: ${formatPlural(messages, 'message')} ${verb}`,
    ...targets.map((target) => `  ${formatCount(target.messages)} to ${toPlainText(target.topic)}`),
    ...reasons.map((reason) => `  ${formatCount(staying[reason])} stay: ${REASONS[reason]}`),
    ...(refusedTopics.length > 0 ? [`  refused: ${refusedTopics.map((name) => toPlainText(name, 80)).join(', ')}`] : []),
  ];
}

function couldNotGo({ staying }: RedriveOutcome): number {
  return staying.unexplained + staying.notAllowed + staying.noTopic + staying.denied + staying.tooLarge;
}

/** Demo, the whole story of one run: look at the input, open the place, run the services, show what came of it. */
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CommandError, EXIT } from '../command-error.js';
import { formatCount, formatPlural } from '../numbers.js';
import { toPlainText } from '../plain-text.js';
import { type ProgressState, showProgress } from '../progress.js';
import type { Screen } from '../screen.js';
import { toLogger } from '../screen-logger.js';
import { readEntries, type Survey, surveyFile } from './entries.js';
import { Pipeline } from './pipeline.js';
import { openCluster, openEmbedded, type Place } from './place.js';
import { renderSummary } from './summary.js';

export interface DemoOptions {
  /** How often the input is replayed. */
  readonly repeat: number;
  /** `host:port`, several with commas; undefined = the embedded broker. */
  readonly bootstrap: string | undefined;
  /** An NDJSON file; undefined = the earthquakes that come with the package. */
  readonly input: string | undefined;
}

const EARTHQUAKES = fileURLToPath(new URL('data/earthquakes.ndjson.gz', import.meta.url));
const MAX_EXAMPLES = 5;

/** Resolves to the exit code.
 *  @throws CommandError when it cannot be done or messages are lost; the signal's reason; whatever a service ended with */
export async function runDemo(options: DemoOptions, screen: Screen, signal: AbortSignal): Promise<number> {
  const file = options.input ?? EARTHQUAKES;
  const survey = await inspectInput(file, screen);
  const total = survey.entries * options.repeat;
  const pipeline = await runPipeline({ ...options, file, total }, screen, signal);
  for (const line of renderSummary({ pipeline, entries: total, badLines: survey.badLines }, screen.paint)) screen.result(line);
  return pipeline.ledger.arrived === total ? EXIT.ok : EXIT.failed;
}

/** Names the bad lines before anything starts, so that none is lost in a long run. */
async function inspectInput(file: string, screen: Screen): Promise<Survey> {
  let survey: Survey;
  try {
    // A pipe could be read only once.
    if (!(await stat(file)).isFile()) throw new Error('it is not a regular file');
    survey = await surveyFile(file, MAX_EXAMPLES);
  } catch (cause) {
    throw new CommandError(`${toPlainText(file)} cannot be read: ${toPlainText((cause as Error).message)}`, { cause });
  }
  for (const { number, reason } of survey.examples) screen.note(`${toPlainText(file)}:${number}: skipped: ${toPlainText(reason)}`);
  const more = survey.badLines - survey.examples.length;
  if (more > 0) screen.note(`${toPlainText(file)}: ${formatPlural(more, 'more bad line')} skipped`);
  if (survey.entries === 0) throw new CommandError(`${toPlainText(file)} has no line of JSON; expected is one JSON value a line (NDJSON)`);
  return survey;
}

async function runPipeline(
  options: DemoOptions & { readonly file: string; readonly total: number },
  screen: Screen,
  signal: AbortSignal,
): Promise<Pipeline> {
  const { bootstrap, file, repeat, total } = options;
  const logger = toLogger(screen);
  await using place = await (bootstrap === undefined ? openEmbedded(logger) : openCluster(bootstrap, logger));
  screen.note(describe(options, place));
  const pipeline = new Pipeline(place);
  const stopProgress = showProgress(screen, () => toProgress(pipeline, total));
  try {
    await pipeline.run(readEntries(file, repeat), signal);
  } finally {
    stopProgress();
  }
  return pipeline;
}

function describe({ input, repeat, total }: DemoOptions & { readonly total: number }, { description, topics }: Place): string {
  const what = input === undefined ? 'earthquakes (USGS)' : `lines of ${toPlainText(input)}`;
  const count = repeat === 1 ? formatCount(total) : `${formatCount(repeat)} x ${formatCount(total / repeat)}`;
  return `${count} ${what}: ingest → ${topics.quakes} → ranker → ${topics.alerts} → reporter, on ${toPlainText(description)}`;
}

function toProgress({ ingest, ranker, reporter, startedMs }: Pipeline, total: number): ProgressState {
  return {
    total,
    stages: [
      { svc: ingest.svc, count: ingest.written },
      { svc: ranker.svc, count: ranker.written },
      { svc: reporter.svc, count: reporter.received },
    ],
    elapsedMs: startedMs === 0 ? 0 : performance.now() - startedMs,
  };
}

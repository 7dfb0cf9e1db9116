/** Demo: its flags. */
import { parseArgs } from 'node:util';
import { parsingFor, usageError } from '../flags.js';
import { toPlainText } from '../plain-text.js';
import type { DemoOptions } from './demo.js';

const COMMAND = 'phq-kafka demo';
/** A quick look costs seconds: this many replays take about five to ten on two cores. */
const DEFAULT_REPEAT = 100;
const MAX_REPEAT = 100_000;

export const DEMO_HELP = `Usage: phq-kafka demo [--repeat N] [--input FILE] [--bootstrap HOST:PORT]

Sends events through three services, ingest -> ranker -> reporter, and shows how fast they went, how long each took and
where one of them came from. Ends with exit code 1 if a single one is lost.

  --repeat N             replay the input N times (default ${DEFAULT_REPEAT}; 1 with --input)
  --input FILE           your own data instead of the earthquakes: one JSON value a line (NDJSON, also .gz);
                         a line's "id", if it has one, becomes the key
  --bootstrap HOST:PORT  a Kafka of yours instead of the embedded broker; several with commas. The demo makes topics of its
                         own there, named phq-demo-<time>-<random>.*, and deletes them at the end
  --help                 this text
`;

/** @returns the options, or 'help' @throws CommandError with exit code 2 when a flag is unknown or makes no sense */
export function parseDemoArguments(args: readonly string[]): DemoOptions | 'help' {
  const text = { type: 'string' } as const;
  const options = { repeat: text, input: text, bootstrap: text, help: { type: 'boolean', short: 'h' } } as const;
  const { values } = parsingFor(COMMAND, () => parseArgs({ args, options }));
  if (values.help === true) return 'help';
  const { input, bootstrap } = values;
  if (bootstrap !== undefined) checkBootstrap(bootstrap);
  return { input, bootstrap, repeat: toRepeat(values.repeat ?? String(input === undefined ? DEFAULT_REPEAT : 1)) };
}

function toRepeat(text: string): number {
  const repeat = /^\d+$/.test(text) ? Number(text) : 0;
  if (repeat >= 1 && repeat <= MAX_REPEAT) return repeat;
  throw usageError(COMMAND, `--repeat must be a whole number from 1 to ${MAX_REPEAT}, got "${toPlainText(text)}"`);
}

function checkBootstrap(text: string): void {
  if (text.split(',').every((server) => /^\s*\S+:\d+\s*$/.test(server))) return;
  throw usageError(COMMAND, `--bootstrap must be HOST:PORT, several with commas, got "${toPlainText(text)}"`);
}

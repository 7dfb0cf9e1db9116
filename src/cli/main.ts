#!/usr/bin/env node
/** The command `phq-kafka`: arguments and signals in, exit code out. */
import { isPhqKafkaError } from '../index.js';
import { CommandError, EXIT } from './command-error.js';
import { runCommand } from './commands.js';
import { toPlainText } from './plain-text.js';
import { Screen } from './screen.js';

const MAX_ERROR_LENGTH = 2_000;

process.exitCode = await main();

async function main(): Promise<number> {
  // Whoever reads our output may stop reading (`| head`); that is no fault of the command.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  const screen = new Screen(process.stdout, process.stderr, process.env);
  try {
    return await runCommand(process.argv.slice(2), screen, signalOfProcess(screen));
  } catch (error) {
    return explain(error, screen);
  }
}

/** Aborts at the first Ctrl-C or SIGTERM, so that the command can clean up; the second one ends the process at once. */
function signalOfProcess(screen: Screen): AbortSignal {
  const controller = new AbortController();
  const onSignal = (exitCode: number): void => {
    if (controller.signal.aborted) process.exit(exitCode);
    screen.note('stopping ... (once more to stop at once)');
    controller.abort(new CommandError('stopped', { exitCode }));
  };
  process.on('SIGINT', () => onSignal(EXIT.interrupted));
  process.on('SIGTERM', () => onSignal(EXIT.terminated));
  return controller.signal;
}

function explain(error: unknown, screen: Screen): number {
  const isOurs = error instanceof CommandError || isPhqKafkaError(error);
  // A stack is for faults of this program.
  const text = isOurs ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  for (const line of text.split('\n')) screen.note(toPlainText(line, MAX_ERROR_LENGTH));
  return error instanceof CommandError ? error.exitCode : EXIT.failed;
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

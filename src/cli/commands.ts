/** Command line: which commands there are; finds the one that is asked for. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { buildEngine } from './build-engine.js';
import { EXIT } from './command-error.js';
import { DEMO_HELP, parseDemoArguments } from './demo/arguments.js';
import { runDemo } from './demo/demo.js';
import { runDlq } from './dlq/dlq.js';
import { parsingFor, usageError } from './flags.js';
import { toPlainText } from './plain-text.js';
import type { Screen } from './screen.js';

export const HELP = `Usage: phq-kafka COMMAND [FLAGS]

  demo          three services at work on real events; needs no Kafka
  dlq           dead letters: list, show, redrive, purge
  build-engine  compiles the native engine, where none comes prebuilt; needs Rust, takes about 5 minutes
  --version     the version of this package
  --help        this text; phq-kafka COMMAND --help tells about a command
`;

const BUILD_ENGINE_HELP = `Usage: phq-kafka build-engine

Compiles the native engine from the sources in this package and puts it where the library looks first. Needs Rust 1.88 or
newer (cargo), gcc and g++, make, perl, cmake and npm; downloads what it compiles; takes about five minutes.

  --help  this text
`;

/** Runs one command; resolves to its exit code. @throws CommandError, or what the command failed with; the signal's reason when it was aborted */
export async function runCommand([name, ...args]: readonly string[], screen: Screen, signal: AbortSignal): Promise<number> {
  switch (name) {
    case 'demo':
      return await demo(args, screen, signal);
    case 'dlq':
      return await runDlq(args, { screen, signal, env: process.env, nowMs: Date.now() });
    case 'build-engine':
      return await compileEngine(args, screen, signal);
    case '--help':
    case '-h':
    case 'help':
      screen.result(HELP.trimEnd());
      return EXIT.ok;
    case '--version':
      screen.result(readVersion());
      return EXIT.ok;
    default:
      throw usageError('phq-kafka', name === undefined ? 'a command is missing' : `there is no command "${toPlainText(name)}"`);
  }
}

async function demo(args: readonly string[], screen: Screen, signal: AbortSignal): Promise<number> {
  const options = parseDemoArguments(args);
  if (options !== 'help') return await runDemo(options, screen, signal);
  screen.result(DEMO_HELP.trimEnd());
  return EXIT.ok;
}

async function compileEngine(args: readonly string[], screen: Screen, signal: AbortSignal): Promise<number> {
  const { values } = parsingFor('phq-kafka build-engine', () => parseArgs({ args, options: { help: { type: 'boolean', short: 'h' } } }));
  if (values.help === true) {
    screen.result(BUILD_ENGINE_HELP.trimEnd());
    return EXIT.ok;
  }
  const exitCode = await buildEngine((line) => screen.note(line));
  // Ctrl-C reaches cargo by itself, and its exit code then says nothing.
  signal.throwIfAborted();
  return exitCode;
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  return version;
}

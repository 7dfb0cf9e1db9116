/** Command line: what is wrong with a command's arguments, told in one sentence with exit code 2. */
import { CommandError, EXIT } from './command-error.js';
import { toPlainText } from './plain-text.js';

/** The arguments cannot be understood. */
export function usageError(command: string, problem: string): CommandError {
  return new CommandError(`${command}: ${problem}. Try ${command} --help`, { exitCode: EXIT.usage });
}

/** Runs node:util's `parseArgs` (or anything over it) and turns its complaints into ours. @throws CommandError with exit code 2 */
export function parsingFor<T>(command: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!isParseArgsError(error)) throw error;
    // What follows the first sentence explains how to write odd positional arguments, of which no command has any.
    const [problem = ''] = error.message.split(/\.(?:\s|$)/, 1);
    throw usageError(command, toPlainText(problem));
  }
}

function isParseArgsError(error: unknown): error is Error {
  return error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS_');
}

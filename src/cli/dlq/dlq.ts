/** Dead letters: `phq-kafka dlq list | show | redrive | purge`. */
import { EXIT } from '../command-error.js';
import { usageError } from '../flags.js';
import { toPlainText } from '../plain-text.js';
import type { Surroundings } from './command.js';
import { runList } from './list.js';
import { runPurge } from './purge.js';
import { runRedrive } from './redrive.js';
import { runShow } from './show.js';

export const DLQ_HELP = `Usage: phq-kafka dlq COMMAND [FLAGS]

  list [TOPIC…]                what is where and why, grouped by error; without a TOPIC, in every topic named *.dlq
  show TOPIC:PARTITION:OFFSET  one dead letter in full, and where it came from
  redrive TOPIC                sends dead letters back to where they came from; none twice
  purge TOPIC --before …       deletes the oldest ones for good

  --help                       this text; phq-kafka dlq COMMAND --help tells about a command

Exit codes: 0 done; 1 failed, or something could not be sent; 2 wrong usage; 3 nothing done, because --yes is missing;
130 and 143 stopped by Ctrl-C and SIGTERM.
`;

/** @throws CommandError, or what the command failed with */
export async function runDlq([name, ...args]: readonly string[], surroundings: Surroundings): Promise<number> {
  switch (name) {
    case 'list':
      return await runList(args, surroundings);
    case 'show':
      return await runShow(args, surroundings);
    case 'redrive':
      return await runRedrive(args, surroundings);
    case 'purge':
      return await runPurge(args, surroundings);
    case '--help':
    case '-h':
    case 'help':
      surroundings.screen.result(DLQ_HELP.trimEnd());
      return EXIT.ok;
    default:
      throw usageError('phq-kafka dlq', name === undefined ? 'a command is missing' : `there is no command "${toPlainText(name)}"`);
  }
}

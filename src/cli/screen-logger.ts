/** Command line: what the library's clients log, shown between the progress lines instead of across them. */
import type { Logger } from '../index.js';
import { toPlainText } from './plain-text.js';
import type { Screen } from './screen.js';

const MAX_LENGTH = 500;

/** Warnings and errors; the fields repeat what the messages say. */
export function toLogger(screen: Screen): Logger {
  const show = (level: string, message: string): void => screen.note(`${level}: ${toPlainText(message, MAX_LENGTH)}`);
  const ignore = (): void => {
    // Below what a command shows.
  };
  return {
    debug: ignore,
    info: ignore,
    warn: (_fields, message) => show('warn', message),
    error: (_fields, message) => show('error', message),
  };
}

/** Settings layer: where the library writes what nobody asked for: pino's order of arguments, warn and above to stderr unless told otherwise. */

export type LogFields = Readonly<Record<string, unknown>>;

/** pino, or anything with these four methods. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

const nothing = (): void => {
  // Below the level that is written.
};

/** What `logger: false` stands for. */
export const SILENT_LOGGER: Logger = Object.freeze({ debug: nothing, info: nothing, warn: nothing, error: nothing });

/** The default: warn and error, one line each, to stderr. */
export const STDERR_LOGGER: Logger = Object.freeze({
  debug: nothing,
  info: nothing,
  warn: (fields: LogFields, message: string): void => writeLine('warn', fields, message),
  error: (fields: LogFields, message: string): void => writeLine('error', fields, message),
});

/** The logger an option stands for. */
export function resolveLogger(logger: Logger | false | undefined): Logger {
  return logger === false ? SILENT_LOGGER : (logger ?? STDERR_LOGGER);
}

/** Has it the four methods? */
export function isLogger(value: unknown): value is Logger {
  if (typeof value !== 'object' || value === null) return false;
  return ['debug', 'info', 'warn', 'error'].every((level) => typeof (value as Record<string, unknown>)[level] === 'function');
}

function writeLine(level: string, fields: LogFields, message: string): void {
  const details = Object.keys(fields).length === 0 ? '' : ` ${toText(fields)}`;
  const line = `${new Date().toISOString()} phq-kafka ${level}: ${message}${details}`;
  process.stderr.write(`${line.replace(CONTROL, escapeOf)}\n`);
}

/** What a handler's error or a broker quotes must neither steer the terminal nor begin a line that we did not write. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function toText(fields: LogFields): string {
  try {
    return JSON.stringify(fields, (_key, value: unknown) => {
      if (value instanceof Error) return `${value.name}: ${value.message}`;
      return typeof value === 'bigint' ? String(value) : value;
    });
  } catch (error) {
    // A log line must never be what stops a service.
    return `(fields could not be written: ${String(error)})`;
  }
}

/** Command line: what ends a command with a plain sentence instead of a stack. */

/** The exit codes of `phq-kafka`. `unconfirmed`: it was only shown what would be done, since --yes is missing. */
export const EXIT = Object.freeze({ ok: 0, failed: 1, usage: 2, unconfirmed: 3, interrupted: 130, terminated: 143 });

/** The message is all the user needs; a stack would say nothing more. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, options: { readonly exitCode?: number; readonly cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'CommandError';
    this.exitCode = options.exitCode ?? EXIT.failed;
  }
}

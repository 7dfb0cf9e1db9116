/** Command line: where a command writes: results to stdout, everything else to stderr, and one live line that others never tear apart. */
import { styleText } from 'node:util';

/** What is needed of process.stdout and process.stderr. */
export interface Stream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
  hasColors?(): boolean;
}

/** The styles in use, by `styleText`'s names. */
export type Style = 'bold' | 'dim' | 'green' | 'cyan' | 'yellow' | 'red';
/** Colours a text where the stream shows colours. */
export type Paint = (style: Style, text: string) => string;

const DEFAULT_COLUMNS = 100;
const CLEAR_LINE = '\r\x1b[2K';

export class Screen {
  /** Is there a terminal that shows a live line? Otherwise progress is told in plain lines. */
  readonly isLive: boolean;
  /** Colours for `result`. */
  readonly paint: Paint;
  readonly #out: Stream;
  readonly #err: Stream;
  #status = '';

  constructor(out: Stream, err: Stream, env: Readonly<Record<string, string | undefined>>) {
    this.#out = out;
    this.#err = err;
    this.isLive = err.isTTY === true && env.TERM !== 'dumb' && !isCi(env.CI);
    this.paint = painterFor(out);
  }

  /** Width of the live line. */
  get columns(): number {
    return this.#err.columns ?? DEFAULT_COLUMNS;
  }

  /** A line of what the command was called for. */
  result(line = ''): void {
    this.#above(() => this.#out.write(`${line}\n`));
  }

  /** A line about what is going on. */
  note(line: string): void {
    this.#above(() => this.#err.write(`${line}\n`));
  }

  /** Replaces the live line; '' removes it. Without a live screen it does nothing. */
  status(line: string): void {
    if (!this.isLive) return;
    this.#status = line;
    // One column is left free: a full line makes some terminals wrap.
    this.#err.write(`${CLEAR_LINE}${line.slice(0, this.columns - 1)}`);
  }

  #above(write: () => void): void {
    const status = this.#status;
    if (status !== '') this.#err.write(CLEAR_LINE);
    write();
    if (status !== '') this.status(status);
  }
}

function isCi(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value);
}

// hasColors() also asks NO_COLOR, FORCE_COLOR and TERM.
function painterFor(stream: Stream): Paint {
  if (stream.isTTY !== true || stream.hasColors?.() !== true) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}

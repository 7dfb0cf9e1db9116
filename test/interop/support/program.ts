/** A program of another world at work: started, spoken to in lines, and never left behind. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const DEADLINE_MS = 90_000;

export interface ProgramOptions {
  /** What it gets to read, to the end. Missing: its input stays open until `endInput`. */
  readonly input?: string;
  /** It is killed then, and `lines` rejects. Milliseconds; default 90000. */
  readonly withinMs?: number;
}

export class Program implements AsyncDisposable {
  readonly #name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: string[] = [];
  readonly #ended: Promise<void>;
  #onLine: ((line: string) => void) | undefined;

  constructor(command: string, args: readonly string[], { input, withinMs = DEADLINE_MS }: ProgramOptions = {}) {
    this.#name = `${command} ${args.join(' ')}`;
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    this.#child = spawn(command, args, { env, timeout: withinMs, killSignal: 'SIGKILL' });
    this.#ended = this.#watch();
    this.#ended.catch(() => undefined); // told by `lines`, to whoever asks
    // A program that has ended early breaks the pipe; its exit code says more than that.
    this.#child.stdin.on('error', () => undefined);
    if (input !== undefined) this.#child.stdin.end(input);
  }

  /** Hears every line as it comes. */
  onLine(listener: (line: string) => void): this {
    this.#onLine = listener;
    return this;
  }

  endInput(): void {
    this.#child.stdin.end();
  }

  /** What it printed, once it has ended well. @throws Error with its exit code and what it said on stderr */
  async lines(): Promise<readonly string[]> {
    await this.#ended;
    return this.#lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended.catch(() => undefined); // a test that fails midway has its own error to tell
  }

  async #watch(): Promise<void> {
    let complaints = '';
    this.#child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      complaints += chunk;
    });
    const reader = createInterface({ input: this.#child.stdout });
    reader.on('line', (line) => {
      this.#lines.push(line);
      this.#onLine?.(line);
    });
    // 'close' of the child may come before the reader has given its last line.
    const [[code, signal]] = await Promise.all([once(this.#child, 'close'), once(reader, 'close')]);
    if (code === 0) return;
    throw new Error(`${this.#name} ended with ${code ?? signal}: ${complaints || this.#lines.slice(-20).join('\n')}`);
  }
}

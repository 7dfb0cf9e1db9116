/** The demo as its users run it: the built command in a process of its own, without a terminal. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Called with all that came on stderr so far; may send signals. */
  readonly onStderr?: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void;
  /** beside this process's own */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `phq-kafka` with these arguments to its end. */
export async function runPhqKafka(args: readonly string[], { onStderr, env = {} }: RunOptions = {}): Promise<Ended> {
  const child = spawn(process.execPath, ['dist/cli/main.js', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onStderr?.(stderr, (signal) => void child.kill(signal));
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { exitCode, stdout, stderr };
}

/** A file with this content, removed after the test. */
export function inputFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'phq-demo-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'input.ndjson');
  writeFileSync(file, content);
  return file;
}

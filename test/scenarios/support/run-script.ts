/** Runs a script as a process of its own against the built library, since what is tested is how the process ends. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DEADLINE_MS = 20_000;
const PRELUDE = `
  import { Consumer, Producer } from '@predicthq/kafka';
  import { EmbeddedBroker } from '@predicthq/kafka/testing';
`;

export interface Ended {
  /** null = it had to be killed at the deadline */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The script is the body of an ES module in which Producer, Consumer and EmbeddedBroker are at hand. `node`: more of its flags. */
export function runScript(body: string, node: readonly string[] = []): Promise<Ended> {
  const child = spawn(process.execPath, [...node, '--input-type=module', '-e', PRELUDE + body], {
    cwd: ROOT,
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += String(chunk);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** Outlives whoever started the brokers: when its input ends, for whatever reason, it kills the JVMs it was told of and removes their data.
 *  Lines in: `watch PID`, `forget PID`, `folder PATH`. */
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

const pids = new Set();
const folders = new Set();

for await (const line of createInterface({ input: process.stdin })) {
  const space = line.indexOf(' ');
  const word = line.slice(0, space);
  const rest = line.slice(space + 1);
  if (word === 'watch') pids.add(Number(rest));
  if (word === 'forget') pids.delete(Number(rest));
  if (word === 'folder') folders.add(rest);
}

for (const pid of pids) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended between our parent's end and ours
  }
}
// A JVM that is just dying may still write; removing retries until the folder stays gone.
for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });

/** Chaos: the keeper of the ledger, a process of its own: files what all others write, in the order of its coming, and says how much is open.
 *  Arguments: pipe, file. Ends when the last writer is gone. */
import { createReadStream, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { OpenMessages } from './open-messages.mjs';

const [fifo = '', path = ''] = process.argv.slice(2);
const TELL_MS = 100;

const file = openSync(path, 'a');
const open = new OpenMessages();
let told = '';

const timer = setInterval(() => {
  const now = JSON.stringify(open.count());
  if (now !== told) process.stdout.write(`${now}\n`);
  told = now;
}, TELL_MS);

for await (const text of createInterface({ input: createReadStream(fifo) })) {
  writeSync(file, `${text}\n`);
  open.take(JSON.parse(text));
}
clearInterval(timer);

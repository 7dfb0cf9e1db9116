/** Chaos: the ledger, as the processes see it: a line is out of their hands when the call that writes it returns, whatever happens to them next. */
import { closeSync, openSync, writeSync } from 'node:fs';

/** What a pipe takes in one piece (PIPE_BUF of Linux): lines of several processes never mix. */
const MOST_BYTES = 4_096;

/** @typedef {(kind: string, detail?: Readonly<Record<string, unknown>>) => void} Write */

/** Opens the ledger for one process. Writing waits while the pipe is full.
 *  @param {string} fifo @param {{ m: string, i: number }} who
 *  @returns {{ write: Write, close: () => void }} */
export function openLedger(fifo, who) {
  const file = openSync(fifo, 'w');
  /** @type {Write} */
  const write = (k, detail = {}) => {
    const line = `${JSON.stringify({ k, ...who, t: Date.now(), ...detail })}\n`;
    if (Buffer.byteLength(line) > MOST_BYTES) throw new Error(`a line of the ledger is limited to ${MOST_BYTES} bytes: ${line}`);
    writeSync(file, line);
  };
  return { write, close: () => closeSync(file) };
}

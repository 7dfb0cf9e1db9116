/** Chaos: what every process of a seed begins with: its task, its ledger, and an end that comes with its parent's. */
import { openLedger } from '../ledger.mjs';

/** @template T @returns {{ task: T & { m: string, i: number, fifo: string }, write: import('../ledger.mjs').Write }} */
export function beginRole() {
  const task = JSON.parse(process.argv[2] ?? '{}');
  const { write } = openLedger(task.fifo, { m: task.m, i: task.i });
  // Whoever started us is gone: nobody would ever stop us. The channel must not keep us alive either.
  process.once('disconnect', () => process.exit(3));
  process.channel?.unref();
  write('start', { pid: process.pid });
  return { task, write };
}

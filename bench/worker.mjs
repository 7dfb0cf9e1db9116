/** One engine doing one job in a process of its own; the last line printed is its sample as JSON. */
import { Committed } from './committed.mjs';
import { Meter } from './meter.mjs';

/** @typedef {object} Task what an engine is given
 *  @property {string} bootstrapServers
 *  @property {string} topic to read (holds exactly `messages`) or to write
 *  @property {string} groupId a new group
 *  @property {number} messages
 *  @property {number} batchSize
 *  @property {number} inFlight
 *  @property {number} holdMs how long the handler keeps its first batch (memory)
 *  @property {number} max handler calls at once (wait)
 *  @property {() => void} begin starts the clock: at the first batch when consuming, after connecting and one warm-up batch when producing
 *  @property {{ rankSum: number, batches: number }} tally what the handler has seen, counted by the engine
 *  @property {(positions: Iterable<readonly [partition: number, nextOffset: number]>) => void} committed one answer of the broker to a commit
 *  @property {AbortSignal} done aborted when everything is committed: the engine stops
 *  @property {(rankSum: number, notes?: Record<string, number>) => void} end stops the clock by hand, where nothing is committed */

const [, , name = '', verb = '', facts = '{}'] = process.argv;
const engine = await import(`./engines/${name}.mjs`);
const meter = new Meter();
const settings = JSON.parse(facts);
const confirmed = new Committed();
const tally = { rankSum: 0, batches: 0 };
const done = new AbortController();
/** @type {import('./meter.mjs').Sample | undefined} */
let sample;

/** Everything is committed. In a shared run only the parent knows when: it has the sum. @param {number} messages */
function finish(messages) {
  sample ??= meter.stop(messages, tally.rankSum, { batches: tally.batches, 'commits confirmed': confirmed.requests });
  done.abort();
}
if (settings.shared) process.once('message', () => finish(confirmed.total));

if (verb === 'hold') meter.start(); // the peak counts from the process's beginning
await engine[verb === 'hold' ? 'consume' : verb]({
  ...settings,
  tally,
  done: done.signal,
  begin: () => {
    if (settings.shared && !meter.isRunning) process.send?.({ began: true });
    meter.start();
  },
  committed: (/** @type {Iterable<readonly [number, number]>} */ positions) => {
    confirmed.note(positions);
    if (settings.shared) process.send?.({ committed: confirmed.total });
    else if (confirmed.total === settings.messages) finish(settings.messages);
  },
  end: (/** @type {number} */ rankSum, /** @type {Record<string, number> | undefined} */ notes) => {
    sample ??= meter.stop(settings.messages, rankSum, notes);
  },
});
process.stdout.write(`${JSON.stringify(sample)}\n`, () => process.exit(0));

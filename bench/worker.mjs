/** One engine doing one job in a process of its own; the last line printed is its sample as JSON. */
import { Meter } from './meter.mjs';

/** @typedef {object} Task what an engine is given
 *  @property {string} bootstrapServers
 *  @property {string} topic to read (holds exactly `messages`) or to write
 *  @property {string} groupId a new group
 *  @property {number} messages
 *  @property {number} batchSize
 *  @property {number} inFlight
 *  @property {() => void} begin starts the clock: at the first batch when consuming, after connecting and one warm-up batch when producing
 *  @property {(rankSum: number, notes?: Record<string, number>) => void} end stops it: everything is handled and committed, or acknowledged */

const [, , name = '', verb = '', facts = '{}'] = process.argv;
const engine = await import(`./engines/${name}.mjs`);
const meter = new Meter();
const settings = JSON.parse(facts);
/** @type {import('./meter.mjs').Sample | undefined} */
let sample;

await engine[verb]({
  ...settings,
  begin: () => meter.start(),
  end: (/** @type {number} */ rankSum, /** @type {Record<string, number> | undefined} */ notes) => {
    sample ??= meter.stop(settings.messages, rankSum, notes);
  },
});
process.stdout.write(`${JSON.stringify({ ...sample, version: engine.version() })}\n`, () => process.exit(0));

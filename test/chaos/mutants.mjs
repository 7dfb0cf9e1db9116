/** Chaos: builds of the library with one fault put in, each with the seed that must find it and the check that must. The faults are changes of the
 *  compiled JavaScript: the native addon stays as it is. */
import { SMALL } from './small-plan.mjs';

/** @typedef {import('./types.js').Plan} Plan
 *  @typedef {{ file: string, find: string, put: string }} Change file: in dist; `find` must be there exactly once
 *  @typedef {{ name: string, changes: readonly Change[], plan: Plan, found: readonly string[] }} Mutant found: checks, each of which must have findings */

/** @type {readonly Mutant[]} */
export const MUTANTS = [
  {
    name: 'commits before handling',
    changes: [
      {
        file: 'consumer/run.js',
        find: 'for (const position of batch.positions.toPositions(',
        put: 'void membership.batches.commit(decoded.positions.toArray());\n        for (const position of batch.positions.toPositions(',
      },
    ],
    plan: {
      ...SMALL,
      faults: [
        // The kill must meet a call under way whose positions are committed: at any other moment nothing is lost.
        { lane: 'clients', atMs: 1_500, name: 'slow', target: 'c1', ms: 8_000 },
        { lane: 'clients', atMs: 3_000, name: 'kill', target: 'c1', ms: 100 },
      ],
    },
    found: ['committed', 'handled'],
  },
  {
    name: 'drops a stray message',
    changes: [
      {
        file: 'consumer/decode.js',
        find: 'this.#messages.push(read);',
        put: 'if (this.#view.offset(row) % 97 !== 5) this.#messages.push(read);',
      },
    ],
    plan: SMALL,
    found: ['handled', 'committed', 'epochs'],
  },
  {
    name: 'hands out a batch in another order',
    changes: [{ file: 'consumer/decode.js', find: 'const all = this.#messages;', put: 'const all = this.#messages.toReversed();' }],
    plan: SMALL,
    found: ['order'],
  },
  {
    name: 'has no fence: a late commit counts for the ownership of now',
    changes: [{ file: 'consumer/positions.js', find: 'e.offset, e.epoch, e.leaderEpoch', put: 'e.offset, 0, e.leaderEpoch' }],
    plan: {
      ...SMALL,
      // Every member gives all partitions up at once, and the one that comes first by name takes the first partition.
      protocol: 'eager',
      drainTimeoutMs: 300,
      loadMs: 11_000,
      faults: [
        { lane: 'clients', atMs: 1_500, name: 'slow', target: 'c1', ms: 8_000 },
        { lane: 'clients', atMs: 1_700, name: 'join', target: 'a0' },
        { lane: 'clients', atMs: 5_000, name: 'leave', target: 'a0' },
      ],
    },
    found: ['committed'],
  },
  {
    name: 'lets no revocation wait for the handler',
    changes: [
      {
        file: 'consumer/batch-port.js',
        find: 'return new BatchView(batch);',
        put: 'this.#handle.done(batch.id);\n        return new BatchView(batch);',
      },
    ],
    plan: {
      ...SMALL,
      protocol: 'eager',
      faults: [
        { lane: 'clients', atMs: 1_500, name: 'slow', target: 'c1', ms: 3_000 },
        { lane: 'clients', atMs: 1_700, name: 'join', target: 'a0' },
      ],
    },
    found: ['owners', 'repeats'],
  },
  {
    name: 'does not drop what was prefetched when it seeks',
    changes: [
      {
        file: 'consumer/assignment.js',
        find: 'this.#handle.seek(Float64Array.from(owned.flatMap((p) => [this.#handle.topicId(p.topic), p.partition, p.offset])));',
        put: '[];',
      },
    ],
    plan: { ...SMALL, handler: { ...SMALL.handler, seeksPerMille: 50 } },
    found: ['epochs'],
  },
  {
    name: 'begins what was read while its partition left',
    changes: [{ file: 'consumer/run.js', find: 'return this.#departures.isSince(batchId, partition);', put: 'return false;' }],
    plan: {
      ...SMALL,
      protocol: 'eager',
      concurrency: { max: 4, order: 'key' },
      schemaMs: 400,
      // More comes than is handled: something waits behind every call.
      handler: { ...SMALL.handler, waitMs: 120 },
      loadMs: 10_000,
      faults: [2_000, 5_000, 8_000].flatMap((atMs) => [
        { lane: /** @type {const} */ ('clients'), atMs, name: 'join', target: 'a0' },
        { lane: /** @type {const} */ ('clients'), atMs: atMs + 1_500, name: 'leave', target: 'a0' },
      ]),
    },
    found: ['handled', 'committed'],
  },
  {
    name: 'starts new partitions at their end',
    changes: [{ file: 'consumer/start.js', find: "isKnown || policy === 'earliest' ? low : high", put: 'isKnown ? high : low' }],
    plan: { ...SMALL, class: 'latest', loadMs: 12_000, faults: [{ lane: 'cluster', atMs: 1_000, name: 'add-partitions' }] },
    found: ['handled'],
  },
  {
    name: 'sends again without idempotence',
    changes: [{ file: 'settings/producer-defaults.js', find: "'enable.idempotence': 'true'", put: "'enable.idempotence': 'false'" }],
    plan: {
      ...SMALL,
      loadMs: 7_000,
      faults: [
        { lane: 'network', atMs: 1_000, name: 'delay', target: 'leader', ms: 6_000 },
        ...[2_000, 3_000, 4_000, 5_000, 6_000].map((atMs) => ({
          lane: /** @type {const} */ ('clients'),
          atMs,
          name: 'reset',
          target: 'leader',
        })),
      ],
    },
    found: ['produced'],
  },
  {
    name: 'says delivered although it failed',
    changes: [
      {
        file: 'producer/deliveries.js',
        find: 'deliveries[index] = undefined;',
        put: 'deliveries[index] = { topic: topicOf(index), partition: 0, offset: 0 };',
      },
      { file: 'producer/deliveries.js', find: 'if (failed.length === 0)', put: 'if (failed.length >= 0)' },
    ],
    plan: { ...SMALL, deliveryTimeoutMs: 1_500, faults: [{ lane: 'network', atMs: 2_000, name: 'hold', target: 'leader', ms: 4_000 }] },
    found: ['produced'],
  },
];

/** Chaos: the shortest seed that still has a group, load and an end; mutants add the one fault that brings theirs to light. */

/** @type {import('./types.js').Plan} */
export const SMALL = {
  seed: 0,
  class: 'mixed',
  protocol: 'cooperative',
  concurrency: null,
  partitions: 3,
  members: ['c1', 'c2'],
  isStatic: false,
  producers: ['p1'],
  batchSize: 20,
  maxUncommittedBatches: 4,
  maxPollIntervalMs: 60_000,
  drainTimeoutMs: 5_000,
  deliveryTimeoutMs: 60_000,
  retry: false,
  deadLetter: false,
  schemaMs: 0,
  handler: { waitMs: 40, throwsPerMille: 0, poisonPerMille: 0, seeksPerMille: 0, assignedSeeksPerMille: 0 },
  loadMs: 6_000,
  rate: 300,
  faults: [],
};

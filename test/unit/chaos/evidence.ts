/** A small seed that went well, told by hand; each test spoils one thing of it. */
import type { Entry, Evidence, LogRecord, Plan, StoredCommit } from '../../chaos/types.js';

export const PLAN: Plan = {
  seed: 0,
  class: 'mixed',
  protocol: 'eager',
  concurrency: null,
  partitions: 1,
  members: ['c1', 'c2'],
  isStatic: false,
  producers: ['p1'],
  batchSize: 2,
  maxUncommittedBatches: 0,
  maxPollIntervalMs: 60_000,
  drainTimeoutMs: 5_000,
  deliveryTimeoutMs: 60_000,
  retry: false,
  deadLetter: false,
  schemaMs: 0,
  handler: { waitMs: 0, throwsPerMille: 0, poisonPerMille: 0, seeksPerMille: 0, assignedSeeksPerMille: 0 },
  loadMs: 1_000,
  rate: 1,
  faults: [],
};

export const TP = 't:0';

/** A line without what `evidence` fills in: its number, and the time, ten milliseconds a line. */
export type Told = { readonly k: string; readonly m: string } & Readonly<Record<string, unknown>>;

const record = (offset: number): LogRecord => ({ offset, key: 'k', u: `p1.0.${offset}`, kind: 'message' });

/** Rows of one partition as a call has them. */
export const rows = (epoch: number, ...offsets: number[]) => ({ [TP]: [epoch, offsets.map((offset) => [offset, `p1.0.${offset}`])] });

/** Six messages: the first member handles four and gives the partition away, the second one handles the rest. */
export function goodLines(): Told[] {
  return [
    { k: 'acked', m: 'p1', rows: [0, 1, 2, 3, 4, 5].map((offset) => [`p1.0.${offset}`, TP, offset, 'message']) },
    { k: 'assigned', m: 'c1', ps: [[TP, 1]] },
    { k: 'begun', m: 'c1', call: 0, attempt: 1, rows: rows(1, 0, 1) },
    { k: 'handled', m: 'c1', call: 0 },
    { k: 'begun', m: 'c1', call: 1, attempt: 1, rows: rows(1, 2, 3) },
    { k: 'handled', m: 'c1', call: 1 },
    { k: 'committed', m: 'c1', ps: [[TP, 4]] },
    { k: 'revoked', m: 'c1', ps: [TP], lost: false, drained: true },
    { k: 'assigned', m: 'c2', ps: [[TP, 1]] },
    { k: 'begun', m: 'c2', call: 0, attempt: 1, rows: rows(1, 4, 5) },
    { k: 'handled', m: 'c2', call: 0 },
    { k: 'committed', m: 'c2', ps: [[TP, 6]] },
    { k: 'settled', m: 'run', ms: 5 },
    { k: 'exit', m: 'run', who: 'c1', of: 0, code: 0, signal: null },
    { k: 'exit', m: 'run', who: 'c2', of: 0, code: 0, signal: null },
  ];
}

export const goodCommits = (): StoredCommit[] => [
  { tp: TP, offset: 2, atMs: 40 },
  { tp: TP, offset: 4, atMs: 60 },
  { tp: TP, offset: 6, atMs: 110 },
];

export function evidence({
  lines = goodLines(),
  commits = goodCommits(),
  records = [0, 1, 2, 3, 4, 5].map(record),
  plan = {},
}: Spoiled = {}): Evidence {
  const entries = lines.map((line, at) => ({ i: 0, t: at * 10, at, ...line }) as Entry);
  return { plan: { ...PLAN, ...plan }, entries, log: new Map([[TP, records]]), deadLetters: new Set(), commits };
}

export interface Spoiled {
  readonly lines?: readonly Told[];
  readonly commits?: readonly StoredCommit[];
  readonly records?: readonly LogRecord[];
  readonly plan?: Partial<Plan>;
}

/** The good lines with some replaced: by number, by nothing, or by several. */
export function spoil(changes: Readonly<Record<number, readonly Told[]>>): Told[] {
  return goodLines().flatMap((line, at) => changes[at] ?? [line]);
}

export { record };

/** Chaos: the words that the parts of the suite pass to each other. Only types. */

export type Protocol = 'eager' | 'cooperative' | 'consumer';

/** Which library a seed's processes use. */
export type Engine = 'ours' | 'kafkajs' | 'confluent';

/** What a class of seeds is about, beside the faults that every class has. */
export type SeedClass = 'mixed' | 'latest' | 'retention' | 'partitions' | 'recreated' | 'stuck' | 'dead-letter';

/** One fault. `atMs` counts from the start of the load; faults of one lane follow each other, lanes run side by side. */
export interface Fault {
  readonly lane: 'cluster' | 'clients' | 'network';
  readonly atMs: number;
  readonly name: string;
  /** whom it hits: a member's name, or whose broker: 'leader', 'coordinator', 'any' */
  readonly target?: string;
  readonly ms?: number;
}

/** How the handler of a seed behaves; decided by message and attempt alone, so a replay behaves alike. */
export interface HandlerPlan {
  /** what a call takes, milliseconds, at most */
  readonly waitMs: number;
  /** of 1000 messages this many make the call throw, in the first process that meets them */
  readonly throwsPerMille: number;
  /** of 1000 messages this many fail in every attempt: only with a dead letter */
  readonly poisonPerMille: number;
  /** of 1000 calls this many seek back a little in one partition */
  readonly seeksPerMille: number;
  /** of 1000 assignments this many are followed by a seek back, a little behind the committed position, in one of their partitions */
  readonly assignedSeeksPerMille: number;
}

export interface Plan {
  readonly seed: number;
  readonly class: SeedClass;
  readonly protocol: Protocol;
  readonly concurrency: null | { readonly max: number; readonly order: 'partition' | 'key' };
  readonly partitions: number;
  readonly members: readonly string[];
  /** each of them has a group.instance.id */
  readonly isStatic: boolean;
  readonly producers: readonly string[];
  readonly batchSize: number;
  readonly maxUncommittedBatches: number;
  readonly maxPollIntervalMs: number;
  readonly drainTimeoutMs: number;
  /** how long a record may wait for its acknowledgement: short ones fail while a broker is away */
  readonly deliveryTimeoutMs: number;
  readonly retry: boolean;
  readonly deadLetter: boolean;
  /** an asynchronous schema judges the messages, and takes up to this long for some of them, milliseconds; 0: no schema */
  readonly schemaMs: number;
  readonly handler: HandlerPlan;
  /** how long the producers write */
  readonly loadMs: number;
  /** messages a second of each producer */
  readonly rate: number;
  readonly faults: readonly Fault[];
}

/** One line of the ledger. `k` is its kind, `m` the process, `i` its incarnation, `t` the wall clock in milliseconds. */
export type Line = { readonly k: string; readonly m: string; readonly i: number; readonly t: number } & Readonly<Record<string, unknown>>;

/** A line as it stands in the ledger: `at` is its number. */
export type Entry = Line & { readonly at: number };

export interface LogRecord {
  readonly offset: number;
  readonly key: string | null;
  /** the unique name that the producer gave it; null for a tombstone */
  readonly u: string | null;
  readonly kind: 'message' | 'tombstone' | 'invalid';
}

/** What the brokers stored of the group's positions, in their order. */
export interface StoredCommit {
  /** topic:partition */
  readonly tp: string;
  /** null: the group's position was deleted */
  readonly offset: number | null;
  readonly atMs: number;
}

/** Everything a check may look at. */
export interface Evidence {
  readonly plan: Plan;
  readonly entries: readonly Entry[];
  /** by topic:partition, in the order of their offsets */
  readonly log: ReadonlyMap<string, readonly LogRecord[]>;
  readonly deadLetters: ReadonlySet<string>;
  readonly commits: readonly StoredCommit[];
}

/** Something that must not be. */
export interface Finding {
  readonly check: string;
  readonly text: string;
}

/** Chaos: what a fault gets to act on. Only types. */

import type { Cluster, Seat } from '../cluster.mjs';
import type { Write } from '../ledger.mjs';
import type { Team } from '../team.mjs';
import type { Fault, Plan } from '../types.js';

export interface Scene {
  readonly plan: Plan;
  readonly cluster: Cluster;
  readonly team: Team;
  readonly topic: string;
  readonly group: string;
  readonly deadLetterTopic: string;
  readonly note: Write;
  /** the time of the producers begins */
  beginLoad(): void;
  startMember(name: string): void;
  startProducer(name: string): void;
  /** the seat whose broker a fault means: 'leader', 'coordinator', 'dead-letters' or 'any' */
  seatOf(fault: Fault): Promise<Seat>;
}

/** Does something bad and mends it; resolves when all is whole again. */
export type FaultWork = (scene: Scene, fault: Fault) => Promise<void>;

/** Chaos: what a peer's processes are told. Only types. */
import type { HandlerPlan } from '../types.js';

export interface ConsumerTask {
  readonly m: string;
  readonly i: number;
  readonly bootstrap: string;
  readonly topic: string;
  readonly group: string;
  readonly protocol: Readonly<Record<string, string | number>>;
  readonly sessionMs: number;
  readonly heartbeatMs: number;
  readonly handler: HandlerPlan;
  readonly batchSize: number;
}

export interface ProducerTask {
  readonly m: string;
  readonly i: number;
  readonly bootstrap: string;
  readonly topic: string;
  readonly seed: number;
  readonly untilMs: number;
  readonly rate: number;
  readonly keys: number;
  readonly partitions: number;
}

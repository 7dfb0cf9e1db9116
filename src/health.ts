/** Ground floor: how a client says whether it is well, and if not, why. */

/** Why a client is not ready, or not even alive. A `switch` over it is checked by the compiler. */
export type HealthCode =
  /** nobody has called `process` or `batches` */
  | 'not-started'
  /** joining the group: nothing was assigned yet */
  | 'starting'
  /** partitions were given away and none has come since */
  | 'rebalancing'
  /** as `starting` or `rebalancing`, for longer than twice max.poll.interval.ms */
  | 'unsteady'
  /** asked to stop; what is handled ends and commits */
  | 'stopping'
  /** `close()` was called */
  | 'closed'
  /** `process` or `batches` has ended with an error and was not called again */
  | 'failed'
  /** the client is finished: its error is final */
  | 'fatal'
  /** the engine has not served the group for longer than max.poll.interval.ms */
  | 'not-polled'
  /** one handler call has run for longer than max.poll.interval.ms */
  | 'handler-stuck'
  /** partitions wait: for a retry, a dead letter, or a dependency that is down */
  | 'held'
  /** dead letters cannot be written */
  | 'dead-letter'
  /** no broker can be reached, or the cluster refuses credentials, rights or a topic */
  | 'cluster';

export interface HealthReason {
  readonly code: HealthCode;
  /** 'live': only a restart mends it. 'ready': it may pass by itself. */
  readonly affects: 'live' | 'ready';
  /** A sentence for people, without secrets and payloads. */
  readonly text: string;
}

export interface Health {
  /** false: restart the process. */
  readonly live: boolean;
  /** false: it does not do its work now; a deploy should wait. */
  readonly ready: boolean;
  /** Everything that speaks against it; empty when all is well. */
  readonly reasons: readonly HealthReason[];
}

export function toHealth(reasons: readonly HealthReason[]): Health {
  return { live: reasons.every(({ affects }) => affects !== 'live'), ready: reasons.length === 0, reasons };
}

/** Consuming: whether a consumer is well, as its own events tell it. Nothing here is polled: `health()` only adds up. */

import { ClusterTrouble } from '../engine/cluster-trouble.js';
import type { KafkaException, Position } from '../errors.js';
import type { ConsumerEvents, Emitter, TopicPartition } from '../events.js';
import { type Health, type HealthReason, toHealth } from '../health.js';
import { partitionKey } from './partition-key.js';

/** What events do not tell. */
export interface ConsumerState {
  /** the current `process()` or `batches()`, if any */
  readonly run:
    | {
        readonly isStopping: boolean;
        readonly partitions: number;
        readonly polledAgoMs: number;
        /** KIP-848: the group counts it in. Classic members without partitions are told so by an empty assignment. */
        readonly isMember: boolean;
      }
    | undefined;
  readonly isClosed: boolean;
  readonly nowMs: number;
}

export class ConsumerHealth {
  readonly #maxPollIntervalMs: number;
  readonly #cluster = new ClusterTrouble();
  readonly #held = new Map<string, string>();
  /** undefined: the group is steady, with partitions or without */
  #unsteadySinceMs: number | undefined;
  #wasAssigned = false;
  #stuckMs: number | undefined;
  #fatal: KafkaException | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** by partition whose letter could not be written: why */
  readonly #deadLetters = new Map<string, string>();

  constructor(emitter: Pick<Emitter<ConsumerEvents>, 'on'>, maxPollIntervalMs: number, now: () => number = () => performance.now()) {
    this.#maxPollIntervalMs = maxPollIntervalMs;
    emitter.on('consumer.assigned', () => this.#assigned());
    emitter.on('consumer.revoked', ({ partitions }) => this.#revoked(partitions, now()));
    emitter.on('handler.stuck', ({ heldMs }) => {
      this.#stuckMs = heldMs;
    });
    emitter.on('handler.recovered', () => {
      this.#stuckMs = undefined;
    });
    emitter.on('consumer.held', ({ reason, error, ...position }) => this.#hold(position, `${reason}: ${error.message}`));
    emitter.on('consumer.freed', (partition) => this.#free(partition));
    emitter.on('consumer.deadLetterFailed', ({ error, ...position }) => this.#deadLetters.set(partitionKey(position), error.message));
    emitter.on('consumer.deadLettered', (position) => this.#deadLetters.delete(partitionKey(position)));
    emitter.on('consumer.error', ({ error }) => {
      if (error.fatal) this.#fatal = error;
      else this.#cluster.note(error, now());
    });
  }

  /** `process()` or `batches()` begins: what was, is over. */
  began(nowMs: number): void {
    this.#cluster.clear();
    this.#held.clear();
    this.#unsteadySinceMs = nowMs;
    this.#wasAssigned = false;
    this.#stuckMs = undefined;
    this.#fatal = undefined;
    this.#failure = undefined;
    this.#deadLetters.clear();
  }

  /** It has ended with this. */
  failed(error: unknown): void {
    this.#failure = { error };
  }

  report({ run, isClosed, nowMs }: ConsumerState): Health {
    const phase = this.#phase(run, isClosed);
    if (run === undefined) return toHealth(phase);
    return toHealth([...phase, ...this.#group(run, nowMs), ...this.#handling(), ...this.#cluster.reasons(nowMs)]);
  }

  #assigned(): void {
    this.#unsteadySinceMs = undefined;
    this.#wasAssigned = true;
    this.#cluster.clear();
  }

  #revoked(partitions: readonly TopicPartition[], nowMs: number): void {
    this.#unsteadySinceMs ??= nowMs;
    for (const partition of partitions) this.#free(partition);
  }

  /** Nothing is read from this position on. `why` completes "is held:". */
  #hold(position: Position, why: string): void {
    this.#held.set(partitionKey(position), `${partitionKey(position)} is held at ${position.offset}: ${why}`);
  }

  #free(partition: TopicPartition): void {
    this.#held.delete(partitionKey(partition));
    this.#deadLetters.delete(partitionKey(partition));
  }

  #phase(run: ConsumerState['run'], isClosed: boolean): readonly HealthReason[] {
    if (this.#fatal !== undefined) return [{ code: 'fatal', affects: 'live', text: this.#fatal.message }];
    // A closed consumer is meant to be gone: a restart would mend nothing.
    if (isClosed) return [ready('closed', 'close() was called')];
    if (run !== undefined) return run.isStopping ? [ready('stopping', 'it was asked to stop')] : [];
    if (this.#failure === undefined) return [ready('not-started', 'process() or batches() does not run')];
    return [{ code: 'failed', affects: 'live', text: `process() ended and was not called again: ${describe(this.#failure.error)}` }];
  }

  #group({ partitions, polledAgoMs, isMember }: NonNullable<ConsumerState['run']>, nowMs: number): readonly HealthReason[] {
    const reasons: HealthReason[] = [];
    const limitMs = this.#maxPollIntervalMs;
    if (polledAgoMs > limitMs) {
      reasons.push({ code: 'not-polled', affects: 'live', text: `the group was not served for ${Math.round(polledAgoMs)} ms` });
    }
    // With partitions it works, whatever the group is doing about others.
    if (this.#unsteadySinceMs === undefined || partitions > 0 || isMember) return reasons;
    const forMs = Math.round(nowMs - this.#unsteadySinceMs);
    const text = `no partitions and no word from the group for ${forMs} ms`;
    if (forMs > 2 * limitMs) reasons.push({ code: 'unsteady', affects: 'live', text });
    else reasons.push(ready(this.#wasAssigned ? 'rebalancing' : 'starting', text));
    return reasons;
  }

  #handling(): readonly HealthReason[] {
    const reasons: HealthReason[] = [...this.#held.values()].map((text) => ready('held', text));
    const [deadLetter] = this.#deadLetters.values();
    if (deadLetter !== undefined) reasons.push(ready('dead-letter', deadLetter));
    if (this.#stuckMs !== undefined) {
      const text = `a handler call has run for longer than max.poll.interval.ms (${this.#maxPollIntervalMs} ms); its partitions were given up`;
      reasons.push({ code: 'handler-stuck', affects: 'live', text });
    }
    return reasons;
  }
}

function ready(code: HealthReason['code'], text: string): HealthReason {
  return { code, affects: 'ready', text };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

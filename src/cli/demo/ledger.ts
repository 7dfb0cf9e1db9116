/** Demo, the proof: every position that was written is crossed out when its alert arrives; what is left at the end is lost. */
import { formatKafkaRef, type Position } from '../../index.js';
import { CommandError } from '../command-error.js';
import { formatPlural } from '../numbers.js';

export interface LedgerOptions {
  /** Most bytes under way between the first service and the last. */
  readonly maxCost: number;
  /** How long nothing may arrive while something is under way. Milliseconds. */
  readonly stallMs: number;
  /** Ends every wait with its reason. */
  readonly signal: AbortSignal;
}

type KeyedPosition = Position & { readonly key: string | null };

/** Memory: only what is under way is kept, so a long run costs no more than a short one. */
export class Ledger {
  readonly #options: LedgerOptions;
  /** Written, not arrived yet: position and key -> cost. */
  readonly #underWay = new Map<string, number>();
  /** Arrived before the broker's acknowledgement was heard, or more than once. */
  readonly #unclaimed = new Map<string, number>();
  #cost = 0;
  #settled = 0;
  #wake: (() => void) | undefined;

  constructor(options: LedgerOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#wake?.(), { once: true });
  }

  /** Messages that arrived at the end, each counted once. */
  get arrived(): number {
    return this.#settled;
  }

  get missing(): number {
    return this.#underWay.size;
  }

  /** Arrivals beyond the first, which at-least-once allows. */
  get repeated(): number {
    return [...this.#unclaimed.values()].reduce((sum, count) => sum + count, 0);
  }

  /** The first few that are missing, as `topic:partition:offset:key`. */
  missingExamples(count: number): string[] {
    return [...this.#underWay.keys()].slice(0, count);
  }

  wrote(ref: KeyedPosition, cost: number): void {
    const name = formatKafkaRef(ref);
    if (this.#claim(name)) {
      this.#settled += 1;
      return;
    }
    this.#underWay.set(name, cost);
    this.#cost += cost;
  }

  arrivedFrom(ref: KeyedPosition): void {
    const name = formatKafkaRef(ref);
    const cost = this.#underWay.get(name);
    if (cost === undefined) {
      this.#unclaimed.set(name, (this.#unclaimed.get(name) ?? 0) + 1);
      return;
    }
    this.#underWay.delete(name);
    this.#cost -= cost;
    this.#settled += 1;
    this.#wake?.();
  }

  /** Resolves when `cost` more may be written; anything may when nothing is under way. @throws CommandError on a stall; the signal's reason */
  async room(cost: number): Promise<void> {
    while (this.#underWay.size > 0 && this.#cost + cost > this.#options.maxCost) await this.#arrival();
    this.#options.signal.throwIfAborted();
  }

  /** Resolves when everything written has arrived. @throws as `room` */
  async complete(): Promise<void> {
    while (this.#underWay.size > 0) await this.#arrival();
    this.#options.signal.throwIfAborted();
  }

  #claim(name: string): boolean {
    const count = this.#unclaimed.get(name);
    if (count === undefined) return false;
    if (count === 1) this.#unclaimed.delete(name);
    else this.#unclaimed.set(name, count - 1);
    return true;
  }

  async #arrival(): Promise<void> {
    const { signal, stallMs } = this.#options;
    signal.throwIfAborted();
    const stalled = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(true), stallMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(false);
      };
    });
    this.#wake = undefined;
    signal.throwIfAborted();
    if (stalled) throw new CommandError(this.#describeStall());
  }

  #describeStall(): string {
    const examples = this.missingExamples(3).join(', ');
    return `${formatPlural(this.missing, 'message')} under way never arrived, and nothing has for ${this.#options.stallMs / 1000} s; among them ${examples}`;
  }
}

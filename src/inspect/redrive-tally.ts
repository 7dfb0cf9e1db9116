/** Inspecting, what a redrive counts: what goes where, and what stays and why. */

import type { Decision, StayReason } from './redrive-decision.js';

/** What a redrive would send, or has sent. */
export interface RedriveOutcome {
  /** the dead-letter topic */
  readonly topic: string;
  readonly messages: number;
  /** messages by the topic they go to */
  readonly targets: readonly { readonly topic: string; readonly messages: number }[];
  /** records that stay, by reason */
  readonly staying: Readonly<Record<StayReason, number>>;
  /** topics that records should have gone to, and that do not exist, are not allowed, may not be described or take no record of that size; the first hundred */
  readonly refusedTopics: readonly string[];
}

const MAX_REFUSED = 100;

export class RedriveTally {
  messages = 0;
  readonly #targets = new Map<string, number>();
  readonly #staying: Record<StayReason, number> = {
    redriven: 0,
    filtered: 0,
    unexplained: 0,
    notAllowed: 0,
    noTopic: 0,
    denied: 0,
    tooLarge: 0,
  };
  readonly #refused = new Set<string>();

  add(decision: Decision): void {
    if (decision.send) {
      this.messages++;
      this.#targets.set(decision.to, (this.#targets.get(decision.to) ?? 0) + 1);
      return;
    }
    this.#staying[decision.why]++;
    if (decision.to !== undefined && this.#refused.size < MAX_REFUSED) this.#refused.add(decision.to);
  }

  toOutcome(topic: string): RedriveOutcome {
    return {
      topic,
      messages: this.messages,
      targets: [...this.#targets].map(([name, messages]) => ({ topic: name, messages })).sort((a, b) => b.messages - a.messages),
      staying: { ...this.#staying },
      refusedTopics: [...this.#refused].sort(),
    };
  }
}

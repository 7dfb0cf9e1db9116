/** Demo: what one service has read and written so far, counted by the events of its clients, so that the services need no counting code. */
import type { Consumer, Producer } from '../../index.js';

export interface Clients {
  readonly consumer?: Pick<Consumer<never>, 'on'>;
  readonly producer?: Pick<Producer<string>, 'on'>;
}

export class Stage {
  readonly svc: string;
  received = 0;
  written = 0;
  /** When it last did something, on performance.now()'s clock. */
  lastMs = 0;
  /** Resolves when its consumer has got its partitions. */
  readonly assigned: Promise<void>;
  #resolveAssigned: (() => void) | undefined;

  constructor(svc: string) {
    this.svc = svc;
    this.assigned = new Promise((resolve) => {
      this.#resolveAssigned = resolve;
    });
  }

  watch({ consumer, producer }: Clients): void {
    consumer?.on('consumer.assigned', () => this.#resolveAssigned?.());
    consumer?.on('consumer.handled', ({ messages }) => {
      this.received += messages;
      this.lastMs = performance.now();
    });
    producer?.on('producer.delivered', ({ delivered }) => {
      this.written += delivered;
      this.lastMs = performance.now();
    });
  }
}

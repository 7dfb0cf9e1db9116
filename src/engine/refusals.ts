/** When is waiting useless? A client that has never been let in, and whose brokers all refuse it for a reason that no retry mends, may say so at
 *  once. After the first contact it waits: a password in rotation or a certificate under renewal is a trouble that passes. */

import type { KafkaException } from '../errors.js';
import { CODE } from './codes.js';

/** Numbers of refusals at the door; what is denied inside (an ACL) fails what was asked for, by itself. */
const AT_THE_DOOR: ReadonlySet<number> = new Set([
  CODE.ssl,
  CODE.authentication,
  CODE.unsupportedMechanism,
  CODE.illegalSaslState,
  CODE.saslFailed,
]);

export class Refusals {
  #letIn = false;
  #allDown = false;
  #reason: KafkaException | undefined;

  get isLetIn(): boolean {
    return this.#letIn;
  }

  /** A broker has served this client. */
  noteContact(): void {
    this.#letIn = true;
    this.#allDown = false;
    this.#reason = undefined;
  }

  /** Takes an error in; returns the refusal that makes waiting useless, as long as there is one. */
  judge(error: KafkaException): KafkaException | undefined {
    if (this.#letIn) return undefined;
    if (error.kafkaCode === CODE.allBrokersDown) this.#allDown = true;
    else if (AT_THE_DOOR.has(error.kafkaCode)) this.#reason = error;
    if (this.#reason === undefined) return undefined;
    // Credentials are the cluster's: what one broker refuses all refuse. A certificate is one broker's: the next may have a better one.
    return this.#allDown || this.#reason.kafkaCode !== CODE.ssl ? this.#reason : undefined;
  }
}

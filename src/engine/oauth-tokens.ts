/** Tokens of SASL OAUTHBEARER that the program fetches: asked for in time, handed to the engine, asked for again when that failed. JavaScript pushes
 *  and the engine never asks, so a handler that blocks JavaScript delays a renewal and nothing else. */

import { KafkaException } from '../errors.js';
import { wordsOf } from '../message/cause.js';
import type { OauthToken, OauthTokenProvider } from '../settings/oauth-token.js';
import { CODE } from './codes.js';
import { callEngine } from './faults.js';
import { LONGEST_TIMER_MS } from './mailbox.js';
import type { NativeOauthToken, NativeTokenTaker } from './native.js';

export interface OauthTokensOptions {
  /** for messages, e.g. `producer "ranker"` */
  readonly name: string;
  readonly fetch: OauthTokenProvider;
  readonly handle: NativeTokenTaker;
  /** told at each failure; `failures` in a row, `hasToken`: an earlier one is still good */
  onFailure(error: KafkaException, state: { readonly failures: number; readonly hasToken: boolean }): void;
}

/** As librdkafka: early enough that several tries fit before the old one runs out. */
const RENEW_AT_SHARE = 0.8;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** A provider that never settles would otherwise never be asked again. */
const FETCH_TIMEOUT_MS = 30_000;
/** What librdkafka is told. The program is told the reason by an exception of ours: librdkafka would log it once more, and only when it changes. */
const FAILED = 'the oauthToken option gave none';

export class OauthTokens {
  readonly #options: OauthTokensOptions;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #expiresAtMs = 0;
  #ended = false;

  /** Asks for the first token at once. */
  constructor(options: OauthTokensOptions) {
    this.#options = options;
    void this.#renew();
  }

  /** Nothing more is asked for. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  async #renew(): Promise<void> {
    // Not within the call that opened the client: a provider may itself use the producer that it is for.
    await undefined;
    try {
      const token = await this.#fetch();
      if (this.#ended) return;
      const { expiresAtMs } = token;
      callEngine(`Setting the OAUTHBEARER token of the ${this.#options.name}`, () => this.#options.handle.setOauthToken(token));
      this.#failures = 0;
      this.#expiresAtMs = expiresAtMs;
      this.#arm((expiresAtMs - Date.now()) * RENEW_AT_SHARE);
    } catch (error) {
      if (!this.#ended) this.#fail(error);
    }
  }

  async #fetch(): Promise<NativeOauthToken> {
    const { fetch, name } = this.#options;
    let late: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new TypeError(`it has not settled within ${FETCH_TIMEOUT_MS} ms`)), FETCH_TIMEOUT_MS);
      late.unref();
    });
    try {
      return toNativeToken(await Promise.race([fetch(), timeout]), name);
    } finally {
      clearTimeout(late);
    }
  }

  #fail(cause: unknown): void {
    const { handle, name, onFailure } = this.#options;
    this.#failures++;
    this.#arm(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#failures - 1)));
    const words = wordsOf(cause);
    const reason = words === undefined ? `a ${typeof cause} was thrown` : `${words.name}: ${words.message}`;
    const text = `The ${name} has no new OAUTHBEARER token: the oauthToken option failed: ${reason}`;
    const error = new KafkaException(
      'KAFKA',
      `${text} (_AUTHENTICATION, ${CODE.authentication}); check what it calls; it is called again`,
      {
        kafkaCode: CODE.authentication,
        kafkaName: '_AUTHENTICATION',
        retriable: true,
        cause,
      },
    );
    callEngine('Reporting a failed token', () => handle.oauthTokenFailed(FAILED));
    onFailure(error, { failures: this.#failures, hasToken: Date.now() < this.#expiresAtMs });
  }

  /** Weak: a client that nobody uses must not keep its process alive for its next token. */
  #arm(delayMs: number): void {
    this.#timer = setTimeout(() => void this.#renew(), Math.min(Math.max(delayMs, 0), LONGEST_TIMER_MS));
    this.#timer.unref();
  }
}

/** Is this what librdkafka makes of a failure that was told with its reason already? */
export function isEchoOfFailure(message: string): boolean {
  return message.endsWith(FAILED);
}

/** @throws TypeError saying what is wrong, never with the token in it */
function toNativeToken(given: unknown, name: string): NativeOauthToken {
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`it must return an object with token and expiresAtMs, got a ${typeof given}`);
  const { token, expiresAtMs, lifetimeMs, principal = name, extensions = {} } = given as Partial<OauthToken>;
  if (typeof token !== 'string' || token === '') throw new TypeError('`token` must be a text that is not empty');
  const until = lifetimeMs === undefined ? expiresAtMs : Date.now() + lifetimeMs;
  if (typeof until !== 'number' || !Number.isFinite(until)) throw new TypeError('it must say `expiresAtMs` or `lifetimeMs`, a number');
  if (until <= Date.now())
    throw new TypeError(`the token has expired already, ${Math.round(Date.now() - until)} ms ago; are expiresAtMs milliseconds?`);
  if (typeof principal !== 'string') throw new TypeError('`principal` must be a text');
  const pairs = Object.entries(extensions);
  if (pairs.some(([, value]) => typeof value !== 'string')) throw new TypeError('`extensions` must be an object of texts');
  return { value: token, expiresAtMs: Math.floor(until), principal, extensions: pairs.flat() };
}

/** What a client's reader should check after a security trouble, in words that fit this broker and this configuration. */

import { CODE } from './codes.js';
import type { NativeFault } from './native.js';
import { speaksPlaintextKafka } from './plaintext-probe.js';
import { readTlsCredentials } from './tls-credentials.js';
import { probeTls, type TlsFinding } from './tls-probe.js';

/** A broker is looked at again after this time at the earliest: the advice must not become a storm of its own. */
const AGAIN_MS = 60_000;
/** One that said nothing may be on its way up. */
const AGAIN_SOON_MS = 5_000;
/** librdkafka begins its texts with the broker they are about: `ssl://host:port/id: …`. */
const BROKER = /\b(?:\w+:\/\/)?(\[[0-9a-f:.]+\]|[\w.-]+):(\d+)\/(?:bootstrap|\d+)/i;

export class Diagnosis {
  readonly #config: ReadonlyMap<string, string>;
  readonly #bootstrapServers: string;
  readonly #looks = new Map<string, { readonly goodUntilMs: number; readonly finding: Promise<TlsFinding> }>();

  constructor(config: readonly (readonly [key: string, value: string])[], bootstrapServers: string) {
    this.#config = new Map(config);
    this.#bootstrapServers = bootstrapServers;
  }

  /** Does this client hide its traffic, as far as it knows? */
  get #usesTls(): boolean {
    return /ssl$/i.test((this.#config.get('security.protocol') ?? 'plaintext').trim());
  }

  /** What to check about a refused login; known without asking anyone. */
  adviceOnLogin({ code }: NativeFault): string | undefined {
    if (code !== CODE.authentication) return undefined;
    const mechanism = (this.#config.get('sasl.mechanism') ?? this.#config.get('sasl.mechanisms') ?? '').trim().toUpperCase();
    if (mechanism !== 'OAUTHBEARER') return undefined;
    if (this.#config.get('sasl.oauthbearer.method')?.trim().toLowerCase() !== 'oidc')
      return 'check the token that oauthToken returns: its signature, audience, issuer and expiry must be what the broker expects';
    return 'check sasl.oauthbearer.client.id, sasl.oauthbearer.client.secret, sasl.oauthbearer.scope and sasl.oauthbearer.token.endpoint.url';
  }

  /** Is a look at the broker worth its while? `isLetIn`: a broker has served this client, so a lost connection is just that. `isUnexplained`: no error
   *  so far has named a reason. */
  mayConcernTls(
    { code }: NativeFault,
    { isLetIn, isUnexplained }: { readonly isLetIn: boolean; readonly isUnexplained: boolean },
  ): boolean {
    if (code === CODE.ssl) return this.#usesTls;
    if (isLetIn) return false;
    return (code === CODE.transport && this.#usesTls) || (code === CODE.allBrokersDown && isUnexplained);
  }

  /** Looks at the broker that the fault is about; undefined when nothing better than the fault itself is known. Takes at most about 3.5 s. */
  async adviceOnTls(fault: NativeFault): Promise<string | undefined> {
    const [, host, port] = BROKER.exec(fault.message) ?? BROKER.exec(`${this.#bootstrapServers.split(',')[0]}/0`) ?? [];
    if (host === undefined || port === undefined) return undefined;
    const finding = await this.#look(host.replace(/^\[|\]$/g, ''), Number(port));
    return this.#usesTls ? this.#describe(finding, `${host}:${port}`) : describePlaintext(finding, `${host}:${port}`);
  }

  #look(host: string, port: number): Promise<TlsFinding> {
    const address = `${host}:${port}`;
    const nowMs = performance.now();
    const before = this.#looks.get(address);
    if (before !== undefined && nowMs < before.goodUntilMs) return before.finding;
    const finding = this.#probe(host, port).then((found) => {
      const isSilent = found.kind === 'unreachable' || found.kind === 'hangsUp';
      if (isSilent) this.#looks.set(address, { goodUntilMs: nowMs + AGAIN_SOON_MS, finding });
      return found;
    });
    this.#looks.set(address, { goodUntilMs: nowMs + AGAIN_MS, finding });
    return finding;
  }

  async #probe(host: string, port: number): Promise<TlsFinding> {
    try {
      const finding = await probeTls({ host, port, credentials: this.#usesTls ? readTlsCredentials(this.#config) : {} });
      if (finding.kind !== 'hangsUp' || !this.#usesTls) return finding;
      return (await speaksPlaintextKafka(host, port)) ? { kind: 'notTls' } : finding;
    } catch {
      // A file that cannot be read: librdkafka has said so when the client was opened.
      return { kind: 'unreachable' };
    }
  }

  /** Does this client care? Who switched a check off has another trouble. */
  #isChecked({ kind }: TlsFinding): boolean {
    const isOff = /^(false|f|0)$/i.test((this.#config.get('enable.ssl.certificate.verification') ?? '').trim());
    if (kind === 'wrongHost') return !isOff && this.#config.get('ssl.endpoint.identification.algorithm')?.trim().toLowerCase() !== 'none';
    return !isOff || !['expired', 'notYetValid', 'unknownAuthority'].includes(kind);
  }

  #describe(finding: TlsFinding, broker: string): string | undefined {
    if (!this.#isChecked(finding)) return undefined;
    switch (finding.kind) {
      case 'expired':
        return `the certificate of ${broker} expired on ${finding.validTo}: renew it on the broker`;
      case 'notYetValid':
        return `the certificate of ${broker} is valid only from ${finding.validFrom}: check the clocks of both sides`;
      case 'wrongHost':
        return (
          `the certificate of ${broker} is for another host name (${finding.names}): check bootstrapServers, the advertised.listeners of the ` +
          `broker and the subject alternative names of its certificate`
        );
      case 'unknownAuthority':
        return (
          `the certificate of ${broker} is signed by "${finding.issuer}", which is not among your authorities: put that certificate authority ` +
          `into ssl.ca.location or ssl.ca.pem`
        );
      case 'refusesClient':
        return this.#config.has('ssl.certificate.location') ||
          this.#config.has('ssl.certificate.pem') ||
          this.#config.has('ssl.keystore.location')
          ? `${broker} refuses your client certificate: check that it has not expired and that an authority which the broker trusts has signed it`
          : `${broker} demands a client certificate (mutual TLS): set ssl.certificate.location and ssl.key.location`;
      case 'notTls':
        return `${broker} does not speak TLS: check the port, or set security.protocol to plaintext or sasl_plaintext`;
      default:
        return undefined;
    }
  }
}

function describePlaintext(finding: TlsFinding, broker: string): string | undefined {
  if (['unreachable', 'hangsUp', 'notTls'].includes(finding.kind)) return undefined;
  return `${broker} speaks TLS, but security.protocol is plaintext here: set it to ssl or sasl_ssl`;
}

/** Settings layer: the option `oauthToken`: where the tokens of SASL OAUTHBEARER come from when only the program can fetch them. */
import type { ConfigEntries, ConfigLayers } from './kafka-entries.js';
import type { OptionReader } from './option-reader.js';

/** A token as the broker wants it, and for how long. */
export type OauthToken = {
  /** What the broker is shown, e.g. a JWT. */
  readonly token: string;
  /** Whom the token stands for, for librdkafka's own log. Default: the service's name. */
  readonly principal?: string | undefined;
  /** SASL extensions, e.g. `{ logicalCluster: 'lkc-1' }`. Default: none. @see Kafka KIP-342 */
  readonly extensions?: Readonly<Record<string, string>> | undefined;
} & (
  | {
      /** When it runs out. Milliseconds since 1970. */
      readonly expiresAtMs: number;
      readonly lifetimeMs?: undefined;
    }
  | {
      /** For how long it is good from now on. Milliseconds. */
      readonly lifetimeMs: number;
      readonly expiresAtMs?: undefined;
    }
);

/** Fetches a token. Called before the first connection, then at 80 % of each token's lifetime; after a failure again, with growing pauses. */
export type OauthTokenProvider = () => OauthToken | PromiseLike<OauthToken>;

/** What stands in the configuration when `oauthToken` is given and nothing else is said. */
export const OAUTH_TOKEN_DEFAULTS: Readonly<Record<string, string>> = Object.freeze({ 'sasl.mechanism': 'OAUTHBEARER' });

/** The provider, checked to be one and to have no rival in the configuration; undefined when there is none. */
export function readOauthToken(read: OptionReader, layers: ConfigLayers): OauthTokenProvider | undefined {
  const provider = read.get('oauthToken');
  if (provider === undefined) return undefined;
  if (typeof provider !== 'function') {
    read.fault('oauthToken', 'must be a function that returns { token, expiresAtMs } or { token, lifetimeMs }');
    return undefined;
  }
  const said = new Map(layers.flatMap(({ config }) => (typeof config === 'object' && config !== null ? Object.entries(config) : [])));
  for (const key of ['sasl.mechanism', 'sasl.mechanisms']) {
    if (said.has(key) && String(said.get(key)).trim().toUpperCase() !== 'OAUTHBEARER')
      read.fault('oauthToken', `has no place with another ${key}: leave one of the two out`);
  }
  if (String(said.get('sasl.oauthbearer.method')).trim().toLowerCase() === 'oidc')
    read.fault(
      'oauthToken',
      'has no place with sasl.oauthbearer.method=oidc, where librdkafka fetches the tokens: leave one of the two out',
    );
  if (/^(true|t|1)$/i.test(String(said.get('enable.sasl.oauthbearer.unsecure.jwt')).trim()))
    read.fault('oauthToken', 'has no place with enable.sasl.oauthbearer.unsecure.jwt: leave one of the two out');
  if (!/^\s*sasl_/i.test(String(said.get('security.protocol'))))
    read.fault('oauthToken', 'needs security.protocol sasl_ssl (or sasl_plaintext, where everyone on the way can read the token)');
  return provider as OauthTokenProvider;
}

/** A client with OAUTHBEARER and nothing that brings tokens would wait for its first one for ever, without a word. */
export function requireTokenSource(read: OptionReader, config: ConfigEntries, provider: OauthTokenProvider | undefined): void {
  const said = (key: string): string =>
    config
      .find(([name]) => name === key)?.[1]
      .trim()
      .toLowerCase() ?? '';
  const isOauth =
    [said('sasl.mechanism'), said('sasl.mechanisms')].includes('oauthbearer') && said('security.protocol').startsWith('sasl_');
  if (!isOauth || provider !== undefined || read.get('oauthToken') !== undefined) return;
  if (said('sasl.oauthbearer.method') === 'oidc' || /^(true|t|1)$/.test(said('enable.sasl.oauthbearer.unsecure.jwt'))) return;
  read.fault('sasl.mechanism', 'OAUTHBEARER needs tokens: set sasl.oauthbearer.method=oidc with its keys, or give the option oauthToken');
}

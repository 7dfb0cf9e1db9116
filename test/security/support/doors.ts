/** The doors of the secure broker, as configurations of our clients. */
import { readFileSync } from 'node:fs';
import { inject } from 'vitest';
import type { SharedConfig } from '../../../src/index.js';
import '../../setup/secure-kafka.js';

export const security = inject('security');
const { doors, pki, users, keyPassword, tokenUrl } = security;

/** Where to go, and what to show there. */
export interface Entry {
  readonly bootstrapServers: string;
  readonly kafkaConfig: SharedConfig;
}

const ca = { 'ssl.ca.location': pki.ca };
const sasl = { 'security.protocol': 'sasl_ssl', ...ca } as const;

export const overTls: Entry = { bootstrapServers: doors.TLS, kafkaConfig: { 'security.protocol': 'ssl', ...ca } };

export const withCertificate: Entry = {
  bootstrapServers: doors.MTLS,
  kafkaConfig: {
    ...{ 'security.protocol': 'ssl', ...ca, 'ssl.certificate.location': pki.clientCertificate },
    ...{ 'ssl.key.location': pki.clientKeyEncrypted, 'ssl.key.password': keyPassword },
  },
};

/** The same with everything as text, as it comes from a secret store. */
export const withInlinePem: Entry = {
  bootstrapServers: doors.MTLS,
  kafkaConfig: {
    'security.protocol': 'ssl',
    'ssl.ca.pem': readFileSync(pki.ca, 'utf8'),
    'ssl.certificate.pem': readFileSync(pki.clientCertificate, 'utf8'),
    'ssl.key.pem': readFileSync(pki.clientKey, 'utf8'),
  },
};

export function withPassword(name: keyof typeof users.plain = 'alice', password: string = users.plain[name]): Entry {
  const login = { 'sasl.mechanism': 'PLAIN', 'sasl.username': name, 'sasl.password': password } as const;
  return { bootstrapServers: doors.SASL, kafkaConfig: { ...sasl, ...login } };
}

export function withScram(password: string = users.scram.carol): Entry {
  const login = { 'sasl.mechanism': 'SCRAM-SHA-512', 'sasl.username': 'carol', 'sasl.password': password } as const;
  return { bootstrapServers: doors.SASL, kafkaConfig: { ...sasl, ...login } };
}

export function withOidc(secret: string = users.oidc.secret): Entry {
  const login = {
    ...({ 'sasl.mechanism': 'OAUTHBEARER', 'sasl.oauthbearer.method': 'oidc' } as const),
    ...{ 'sasl.oauthbearer.client.id': users.oidc.id, 'sasl.oauthbearer.client.secret': secret },
    ...{ 'sasl.oauthbearer.token.endpoint.url': tokenUrl, 'sasl.oauthbearer.scope': 'kafka' },
  };
  return { bootstrapServers: doors.OIDC, kafkaConfig: { ...sasl, ...login } };
}

/** For `oauthToken`: the door believes unsecured tokens. */
export const withToken: Entry = { bootstrapServers: doors.SASL, kafkaConfig: sasl };

/** An unsecured JWT, as the SASL door takes it. */
export function unsecuredToken(lifetimeMs: number, subject = 'dave'): { readonly token: string; readonly expiresAtMs: number } {
  const expiresAtMs = Date.now() + lifetimeMs;
  const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const claims = { sub: subject, iat: Math.floor(Date.now() / 1000), exp: expiresAtMs / 1000 };
  return { token: `${part({ alg: 'none' })}.${part(claims)}.`, expiresAtMs };
}

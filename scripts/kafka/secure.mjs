/** A real Kafka with a lock on every door: TLS, mutual TLS, SASL with four mechanisms, two doors with bad certificates, and ACLs. */
import { join } from 'node:path';
import { startKafka } from './cluster.mjs';
import { KEY_PASSWORD, makePki } from './pki.mjs';
import { freePorts } from './ports.mjs';
import { startTokenServer } from './token-server.mjs';

/** Who may come in. `bob` is shut out of the topics and the group of DENIED. */
export const USERS = Object.freeze({
  plain: { alice: 'alice-secret', bob: 'bob-secret' },
  scram: { carol: 'carol-secret' },
  oidc: { id: 'svc-oidc', secret: 'oidc-secret' },
});

/** What bob may not: read one topic, write one, know of one, join one group. Everyone else may. */
export const DENIED = Object.freeze({ read: 'no-read', write: 'no-write', all: 'private', group: 'no-group' });

const LISTENERS = Object.freeze({ TLS: 'SSL', MTLS: 'SSL', SASL: 'SASL_SSL', OIDC: 'SASL_SSL', EXPIRED: 'SSL', WRONGHOST: 'SSL' });

/** @typedef {keyof typeof LISTENERS | 'PLAIN'} Door
 *  @typedef {object} Security
 *  @property {Readonly<Record<Door, string>>} doors host:port by listener; PLAIN has no lock
 *  @property {import('./pki.mjs').Pki} pki
 *  @property {string} keyPassword of pki.clientKeyEncrypted
 *  @property {string} tokenUrl where OIDC clients get their tokens
 *  @property {typeof USERS} users @property {typeof DENIED} denied
 *  @typedef {import('./cluster.mjs').RunningKafka & { security: Security, tokenServer: import('./token-server.mjs').TokenServer }} SecureKafka */

/** Starts one broker and resolves once it answers and its ACLs are in force; about 12 s.
 *  @returns {Promise<SecureKafka>} @throws {Error} as startKafka; nothing is left running then */
export async function startSecureKafka() {
  const tokenServer = await startTokenServer({ clientId: USERS.oidc.id, clientSecret: USERS.oidc.secret, audience: 'kafka' });
  try {
    const { kafka, security } = await startLocked(tokenServer);
    const stop = async () => {
      await kafka.stop();
      await tokenServer.stop();
    };
    await denyBob(kafka).catch(async (error) => {
      await kafka.stop();
      throw error;
    });
    return { ...kafka, stop, tokenServer, security };
  } catch (error) {
    await tokenServer.stop();
    throw error;
  }
}

/** @param {import('./token-server.mjs').TokenServer} tokenServer */
async function startLocked(tokenServer) {
  const names = /** @type {(keyof typeof LISTENERS)[]} */ (Object.keys(LISTENERS));
  const free = await freePorts(names.length);
  const ports = /** @type {Record<keyof typeof LISTENERS, number>} */ (Object.fromEntries(names.map((name, i) => [name, free[i]])));
  /** @type {import('./pki.mjs').Pki | undefined} */
  let pki;
  const kafka = await startKafka({
    prepare: async ({ folder, seats }) => {
      pki = await makePki(join(folder, 'pki'));
      return {
        properties: { ...listeners(/** @type {import('./broker.mjs').Seat} */ (seats[0]), ports), ...locks(pki, tokenServer) },
        flags: [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${tokenServer.jwksUrl}`],
        format: Object.entries(USERS.scram).flatMap(([name, password]) => [
          '--add-scram',
          `SCRAM-SHA-512=[name=${name},password=${password}]`,
        ]),
      };
    },
  });
  const doors = { ...Object.fromEntries(names.map((name) => [name, `localhost:${ports[name]}`])), PLAIN: kafka.bootstrapServers };
  const security = { doors, pki, keyPassword: KEY_PASSWORD, tokenUrl: tokenServer.tokenUrl, users: USERS, denied: DENIED };
  return { kafka, security: /** @type {Security} */ (security) };
}

/** @param {import('./broker.mjs').Seat} seat @param {Readonly<Record<string, number>>} ports @returns {Record<string, string>} */
function listeners({ port, controllerPort }, ports) {
  const open = `INTERNAL://127.0.0.1:${port}`;
  const locked = Object.entries(ports).map(([name, at]) => `${name}://127.0.0.1:${at}`);
  // By name, since that is what a certificate is checked against.
  const advertised = Object.entries(ports).map(([name, at]) => `${name}://localhost:${at}`);
  const protocols = Object.entries(LISTENERS).map(([name, protocol]) => `${name}:${protocol}`);
  return {
    listeners: [open, ...locked, `CONTROLLER://127.0.0.1:${controllerPort}`].join(','),
    'advertised.listeners': [open, ...advertised].join(','),
    'listener.security.protocol.map': ['INTERNAL:PLAINTEXT', 'CONTROLLER:PLAINTEXT', ...protocols].join(','),
    'inter.broker.listener.name': 'INTERNAL',
  };
}

const OAUTH = 'org.apache.kafka.common.security.oauthbearer';

/** @param {import('./pki.mjs').Pki} pki @param {import('./token-server.mjs').TokenServer} tokenServer @returns {Record<string, string>} */
function locks(pki, { issuer, jwksUrl }) {
  const plainUsers = Object.entries(USERS.plain).map(([name, password]) => `user_${name}="${password}"`);
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': pki.server,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': pki.ca,
    'listener.name.mtls.ssl.client.auth': 'required',
    'listener.name.mtls.ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/,DEFAULT',
    'listener.name.expired.ssl.keystore.location': pki.expired,
    'listener.name.wronghost.ssl.keystore.location': pki.wrongHost,
    'listener.name.sasl.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512,OAUTHBEARER',
    'listener.name.sasl.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required ${plainUsers.join(' ')};`,
    'listener.name.sasl.scram-sha-512.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
    // Unsecured tokens, for tests that make their own: whatever name is in one is believed.
    'listener.name.sasl.oauthbearer.sasl.jaas.config': `${OAUTH}.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
    'listener.name.oidc.sasl.enabled.mechanisms': 'OAUTHBEARER',
    'listener.name.oidc.oauthbearer.sasl.jaas.config': `${OAUTH}.OAuthBearerLoginModule required;`,
    'listener.name.oidc.oauthbearer.sasl.server.callback.handler.class': `${OAUTH}.OAuthBearerValidatorCallbackHandler`,
    'listener.name.oidc.oauthbearer.sasl.oauthbearer.jwks.endpoint.url': jwksUrl,
    'listener.name.oidc.oauthbearer.sasl.oauthbearer.expected.audience': 'kafka',
    'listener.name.oidc.oauthbearer.sasl.oauthbearer.expected.issuer': issuer,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // Whoever comes in without a name: brokers, tools, and TLS clients without a certificate.
    'super.users': 'User:ANONYMOUS',
    'allow.everyone.if.no.acl.found': 'true',
  };
}

/** Where a resource has an ACL, everyone needs one: hence the first.
 *  @param {import('./cluster.mjs').RunningKafka} kafka */
async function denyBob({ tool, bootstrapServers }) {
  const add = (/** @type {readonly string[]} */ rule) =>
    tool('org.apache.kafka.tools.AclCommand', ['--bootstrap-server', bootstrapServers, '--add', ...rule]);
  const { read, write, all, group } = DENIED;
  const everyone = ['--allow-principal', 'User:*', '--operation', 'All'];
  const topics = [read, write, all].flatMap((topic) => ['--topic', topic]);
  const bob = ['--deny-principal', 'User:bob', '--operation'];
  await Promise.all([
    add([...everyone, ...topics, '--group', group]),
    add([...bob, 'Read', '--topic', read, '--group', group]),
    add([...bob, 'Write', '--topic', write]),
    add([...bob, 'All', '--topic', all]),
  ]);
}

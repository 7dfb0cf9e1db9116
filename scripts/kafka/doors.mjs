/** What to connect with: each door of a secured Kafka as librdkafka keys, for people and for scripts. */

/** @param {import('./secure.mjs').Security} security @returns {string} a block of `key=value` lines for each way in */
export function describeDoors({ doors, pki, keyPassword, tokenUrl, users, denied }) {
  const ca = { 'ssl.ca.location': pki.ca };
  const tls = { 'security.protocol': 'ssl', ...ca };
  const sasl = { 'security.protocol': 'sasl_ssl', ...ca };
  const certificate = { 'ssl.certificate.location': pki.clientCertificate, 'ssl.key.location': pki.clientKeyEncrypted };
  const login = (/** @type {string} */ mechanism, /** @type {string} */ name, /** @type {string} */ password) => ({
    ...sasl,
    ...{ 'sasl.mechanism': mechanism, 'sasl.username': name, 'sasl.password': password },
  });
  const oidc = {
    ...{ 'sasl.mechanism': 'OAUTHBEARER', 'sasl.oauthbearer.method': 'oidc', 'sasl.oauthbearer.token.endpoint.url': tokenUrl },
    ...{ 'sasl.oauthbearer.client.id': users.oidc.id, 'sasl.oauthbearer.client.secret': users.oidc.secret },
  };
  const unsecured = {
    'sasl.mechanism': 'OAUTHBEARER',
    'enable.sasl.oauthbearer.unsecure.jwt': 'true',
    'sasl.oauthbearer.config': 'principal=dave',
  };
  return [
    block('TLS', doors.TLS, tls),
    block('mutual TLS', doors.MTLS, { ...tls, ...certificate, 'ssl.key.password': keyPassword }),
    block('SASL PLAIN', doors.SASL, login('PLAIN', 'alice', users.plain.alice)),
    block(
      `SASL PLAIN as bob, who may not read "${denied.read}", write "${denied.write}", know of "${denied.all}", nor join group "${denied.group}"`,
      doors.SASL,
      login('PLAIN', 'bob', users.plain.bob),
    ),
    block('SASL SCRAM-SHA-512', doors.SASL, login('SCRAM-SHA-512', 'carol', users.scram.carol)),
    block('SASL OAUTHBEARER by OIDC', doors.OIDC, { ...sasl, ...oidc }),
    block('SASL OAUTHBEARER, unsecured tokens', doors.SASL, { ...sasl, ...unsecured }),
    block('a certificate that expired in 2020', doors.EXPIRED, tls),
    block('a certificate of another host', doors.WRONGHOST, tls),
  ].join('\n');
}

/** @param {string} title @param {string} bootstrapServers @param {Readonly<Record<string, string>>} config */
function block(title, bootstrapServers, config) {
  const lines = Object.entries({ 'bootstrap.servers': bootstrapServers, ...config }).map(([key, value]) => `${key}=${value}\n`);
  return `# ${title}\n${lines.join('')}`;
}

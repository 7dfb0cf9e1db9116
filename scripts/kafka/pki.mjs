/** A certificate authority of our own and what it signs, by openssl alone: throw-away keys for a Kafka that lives for minutes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError } from '../setup/report.mjs';
import { runLogged, tail } from '../setup/run.mjs';

/** Of the encrypted client key. */
export const KEY_PASSWORD = 'key-secret';

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const HERE = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
const LONG_AGO = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];

/** @typedef {object} Pki paths of PEM files
 *  @property {string} ca @property {string} strangerCa a CA that signed nothing the broker shows or trusts
 *  @property {string} server key, certificate and CA in one file, as Kafka wants them
 *  @property {string} expired valid in January 2020 only @property {string} wrongHost for elsewhere.example
 *  @property {string} clientKey @property {string} clientKeyEncrypted by KEY_PASSWORD @property {string} clientCertificate CN=client
 *  @property {string} strangerKey @property {string} strangerCertificate a client that the broker has no reason to trust
 *  @property {string} expiredClientKey @property {string} expiredClientCertificate */

/** Makes all of it in `folder`. About a second. @param {string} folder @returns {Promise<Pki>} @throws {SetupError} when openssl is missing or fails */
export async function makePki(folder) {
  mkdirSync(folder, { recursive: true });
  const openssl = tool(folder);
  // One after the other: `openssl ca` keeps a list of what it signed, in one file.
  const ca = await makeAuthority(openssl, folder, 'ca');
  const stranger = await makeAuthority(openssl, folder, 'stranger-ca');
  const server = await ca.sign('server', HERE);
  const expired = await ca.sign('expired', HERE, LONG_AGO);
  const wrongHost = await ca.sign('wronghost', 'subjectAltName=DNS:elsewhere.example');
  const client = await ca.sign('client', 'extendedKeyUsage=clientAuth');
  const expiredClient = await ca.sign('expired-client', 'extendedKeyUsage=clientAuth', LONG_AGO);
  const strange = await stranger.sign('stranger', 'extendedKeyUsage=clientAuth');
  const clientKeyEncrypted = join(folder, 'client-encrypted.key');
  await openssl(['pkcs8', '-topk8', '-in', client.key, '-out', clientKeyEncrypted, '-passout', `pass:${KEY_PASSWORD}`]);
  return {
    ca: ca.certificate,
    strangerCa: stranger.certificate,
    server: await bundle(folder, server, ca),
    expired: await bundle(folder, expired, ca),
    wrongHost: await bundle(folder, wrongHost, ca),
    clientKey: client.key,
    clientKeyEncrypted,
    clientCertificate: client.certificate,
    strangerKey: strange.key,
    strangerCertificate: strange.certificate,
    expiredClientKey: expiredClient.key,
    expiredClientCertificate: expiredClient.certificate,
  };
}

/** @typedef {(args: readonly string[]) => Promise<void>} OpenSsl
 *  @typedef {{ name: string, key: string, certificate: string }} Pair */

/** @param {string} folder @returns {OpenSsl} */
function tool(folder) {
  const log = join(folder, 'openssl.log');
  return async (args) => {
    const code = await runLogged('openssl', args, { log });
    if (code !== 0) throw new SetupError(`openssl ${args[0]} ended with ${code}:\n${tail(log)}`);
  };
}

/** @param {OpenSsl} openssl @param {string} folder @param {string} name */
async function makeAuthority(openssl, folder, name) {
  const path = (/** @type {string} */ end) => join(folder, `${name}${end}`);
  const config = path('.cnf');
  writeFileSync(path('.index'), '');
  writeFileSync(
    config,
    `[ca]\ndefault_ca=own\n[own]\ndatabase=${path('.index')}\nnew_certs_dir=${folder}\ndefault_md=sha256\ndefault_days=30\nunique_subject=no\nrand_serial=yes\n` +
      'policy=any\n[any]\ncommonName=supplied\n',
  );
  const certificate = path('.pem');
  await openssl([
    'req',
    '-x509',
    ...EC,
    '-keyout',
    path('.key'),
    '-out',
    certificate,
    '-days',
    '30',
    '-subj',
    `/CN=phq-kafka test ${name}`,
  ]);

  /** @param {string} subject @param {string} extension @param {readonly string[]} [validity] @returns {Promise<Pair>} */
  const sign = async (subject, extension, validity = []) => {
    const [key, request, signed] = ['.key', '.csr', '.crt'].map((end) => join(folder, `${subject}${end}`));
    const extensions = join(folder, `${subject}.ext`);
    writeFileSync(extensions, `${extension}\n`);
    await openssl(['req', ...EC, '-keyout', String(key), '-out', String(request), '-subj', `/CN=${subject}`]);
    const authority = ['-config', config, '-cert', certificate, '-keyfile', path('.key'), '-notext', '-batch'];
    await openssl(['ca', ...authority, '-in', String(request), '-out', String(signed), '-extfile', extensions, ...validity]);
    return { name: subject, key: String(key), certificate: String(signed) };
  };
  return { certificate, sign };
}

/** @param {string} folder @param {Pair} pair @param {{ certificate: string }} ca */
async function bundle(folder, pair, ca) {
  const file = join(folder, `${pair.name}.pem`);
  const parts = await Promise.all([pair.key, pair.certificate, ca.certificate].map((path) => readFile(path, 'utf8')));
  writeFileSync(file, parts.join(''));
  return file;
}

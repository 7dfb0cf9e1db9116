// No secret comes out: marked ones go through every way in, good, refused and misspelt, with all of librdkafka's debug lines, and nothing that came
// out (standard output and error, events, errors with causes and stacks, inspected objects) may hold a mark.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { security, unsecuredToken, withInlinePem, withOidc, withPassword, withScram } from './support/doors.js';

const { doors, pki, users, keyPassword } = security;
const CHILD = fileURLToPath(new URL('./support/leak-child.mjs', import.meta.url));
const MARK = 'MARKED-SECRET-7f3a';
const tls = { 'security.protocol': 'ssl', 'ssl.ca.location': pki.ca };

async function run(runs: readonly object[]): Promise<string> {
  const child = spawn(process.execPath, [CHILD], { stdio: 'pipe' });
  child.stdin.end(JSON.stringify(runs));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return `${out}\n--- standard error ---\n${err}`;
}

/** Where a mark came out, with what stands around it. */
function leaksIn(output: string, marks: readonly string[]): string[] {
  return marks.flatMap((mark) => {
    const at = output.indexOf(mark);
    return at < 0 ? [] : [`${mark}: …${output.slice(Math.max(0, at - 200), at + mark.length + 20)}…`];
  });
}

const base64 = (secret: string): string => Buffer.from(secret).toString('base64');

test.concurrent('good secrets stay in', { timeout: 180_000 }, async () => {
  const token = unsecuredToken(60_000, 'MARKED-SUBJECT');
  const output = await run([
    { name: 'plain', options: withPassword() },
    { name: 'scram', options: withScram() },
    { name: 'oidc', options: withOidc() },
    { name: 'pem', options: withInlinePem },
    {
      name: 'encrypted key',
      options: {
        bootstrapServers: doors.MTLS,
        kafkaConfig: {
          ...{ ...tls, 'ssl.certificate.location': pki.clientCertificate },
          ...{ 'ssl.key.pem': readFileSync(pki.clientKeyEncrypted, 'utf8'), 'ssl.key.password': keyPassword },
        },
      },
    },
    {
      name: 'token',
      options: { bootstrapServers: doors.SASL, kafkaConfig: { ...tls, 'security.protocol': 'sasl_ssl' } },
      oauthToken: token,
    },
  ]);
  expect(output).toContain('offset: 0');
  const { oidc, plain, scram } = users;
  const keyLines = [pki.clientKey, pki.clientKeyEncrypted].map((file) => readFileSync(file, 'utf8').split('\n')[1] as string);
  const secrets = [plain.alice, scram.carol, oidc.secret, keyPassword, token.token, ...keyLines];
  const encoded = [base64(`${oidc.id}:${oidc.secret}`), base64(`\0alice\0${plain.alice}`)];
  expect(leaksIn(output, [...secrets, ...encoded])).toEqual([]);
});

test.concurrent('wrong ones do too', { timeout: 180_000 }, async () => {
  const oidc = withOidc(MARK);
  const url = security.tokenUrl.replace('http://', `http://name:${MARK}@`);
  const output = await run([
    { name: 'plain', options: withPassword('alice', MARK) },
    { name: 'scram', options: withScram(MARK) },
    { name: 'oidc', options: oidc },
    { name: 'oidc url', options: { ...oidc, kafkaConfig: { ...oidc.kafkaConfig, 'sasl.oauthbearer.token.endpoint.url': url } } },
    { name: 'key password', options: keyOptions({ 'ssl.key.location': pki.clientKeyEncrypted, 'ssl.key.password': MARK }) },
    { name: 'key', options: keyOptions({ 'ssl.key.pem': `-----BEGIN PRIVATE KEY-----\n${MARK}\n-----END PRIVATE KEY-----` }) },
    { name: 'NUL', options: withPassword('alice', `${MARK}\0`) },
    {
      name: 'token',
      options: { bootstrapServers: doors.SASL, kafkaConfig: { ...tls, 'security.protocol': 'sasl_ssl' } },
      oauthToken: { token: MARK, lifetimeMs: 60_000 },
    },
    {
      name: 'token that cannot be sent',
      options: { bootstrapServers: doors.SASL, kafkaConfig: { ...tls, 'security.protocol': 'sasl_ssl' } },
      oauthToken: { token: `${MARK}\0\n`, lifetimeMs: 60_000 },
    },
  ]);
  expect(output).toContain('_AUTHENTICATION');
  expect(leaksIn(output, [MARK, base64(MARK), base64(`${users.oidc.id}:${MARK}`)])).toEqual([]);
});

test.concurrent('settings that are wrong do not show them', async () => {
  const { kafkaConfig } = withPassword();
  const output = await run([
    { name: 'misspelt', options: { ...withPassword(), kafkaConfig: { ...kafkaConfig, 'sasl.pasword': MARK, 'ssl.key.pasword': MARK } } },
    { name: 'wrong type', options: { ...withPassword(), kafkaConfig: { ...kafkaConfig, 'sasl.password': [MARK] } } },
    { name: 'in the address', options: { ...withPassword(), bootstrapServers: [`ssl://a:${MARK}@h:1`, `a:${MARK}@h:1`, `${MARK}@h:1`] } },
    { name: 'in the wrong option', options: { ...withPassword(), logger: MARK, svc: { MARK }, batchSize: MARK, closeTimeoutMs: MARK } },
    { name: 'an option that does not exist', options: { ...withPassword(), password: MARK } },
    { name: 'no name', options: { ...withPassword(), kafkaConfig: { ...kafkaConfig, 'sasl.username': '', 'sasl.password': MARK } } },
    { name: 'two rivals', options: { ...withPassword(), kafkaConfig: { ...kafkaConfig, 'sasl.oauthbearer.method': MARK } } },
  ]);
  expect(output).toContain('SETTINGS_INVALID');
  expect(leaksIn(output.replaceAll(/"MARK"|MARK:/g, ''), [MARK])).toEqual([]);
});

function keyOptions(key: object): object {
  return { bootstrapServers: doors.MTLS, kafkaConfig: { ...tls, 'ssl.certificate.location': pki.clientCertificate, ...key } };
}

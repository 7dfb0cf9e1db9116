// Every example of docs/security.md does what it says, against a real broker: it is run as it stands, with its variables in the environment.
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { security } from './support/doors.js';

const { doors, pki, users, keyPassword, tokenUrl } = security;
/** Inside the package, so that it finds itself by its name. */
const FOLDER = join('.cache', `docs-${process.pid}`);
const RUN = "\nawait producer.connect({ timeoutMs: 10_000 });\nawait producer.close();\nconsole.log('connected');\n";

const ENVIRONMENT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  TLS: { KAFKA_BROKERS: doors.TLS },
  'Mutual TLS': {
    ...{ KAFKA_BROKERS: doors.MTLS, KAFKA_CERTIFICATE_FILE: pki.clientCertificate },
    ...{ KAFKA_KEY_FILE: pki.clientKeyEncrypted, KAFKA_KEY_PASSWORD: keyPassword },
  },
  'SASL PLAIN': { KAFKA_BROKERS: doors.SASL, KAFKA_USERNAME: 'alice', KAFKA_PASSWORD: users.plain.alice },
  SCRAM: { KAFKA_BROKERS: doors.SASL, KAFKA_USERNAME: 'carol', KAFKA_PASSWORD: users.scram.carol },
  'OAUTHBEARER with OpenID Connect': { KAFKA_BROKERS: doors.OIDC, KAFKA_CLIENT_ID: users.oidc.id, KAFKA_CLIENT_SECRET: users.oidc.secret },
  'OAUTHBEARER with your own tokens': {
    KAFKA_BROKERS: doors.OIDC,
    KAFKA_BASIC: Buffer.from(`${users.oidc.id}:${users.oidc.secret}`).toString('base64'),
  },
};

const sections = readFileSync('docs/security.md', 'utf8').split(/^## /m);
const examples = sections.flatMap((section) => {
  const code = /```js\n([\s\S]*?)```/.exec(section)?.[1];
  return code === undefined ? [] : [[section.slice(0, section.indexOf('\n')), code] as const];
});

test('every example has its environment here', () => {
  expect(examples.map(([title]) => title)).toEqual(Object.keys(ENVIRONMENT));
});

test.for(examples)('%s', async ([title, code]) => {
  const file = join(FOLDER, `${title.replace(/\W+/g, '-')}.mjs`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(file, code + RUN);
  try {
    const env = { ...process.env, KAFKA_CA_FILE: pki.ca, KAFKA_TOKEN_URL: tokenUrl, ...ENVIRONMENT[title] };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { env });
    expect([stdout, stderr]).toEqual(['connected\n', '']);
  } finally {
    rmSync(FOLDER, { recursive: true, force: true });
  }
});

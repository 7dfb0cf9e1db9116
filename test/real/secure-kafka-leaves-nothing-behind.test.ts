// `npm run kafka -- --secure` says what to connect with, and after a kill -9 neither its JVM's folder nor the keys in it are left.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

test('it prints every door, and killing it removes the keys', async () => {
  const kafka = spawn(process.execPath, ['scripts/kafka.mjs', '--secure'], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void kafka.kill('SIGKILL'));
  let text = '';
  kafka.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await expect.poll(() => text, { timeout: 60_000 }).toContain('# a certificate of another host');
  expect([...text.matchAll(/^bootstrap\.servers=(.*)$/gm)]).toHaveLength(10);
  for (const line of ['sasl.mechanism=SCRAM-SHA-512', 'sasl.oauthbearer.method=oidc', 'ssl.key.password=', 'security.protocol=sasl_ssl'])
    expect(text).toContain(`\n${line}`);
  const pki = dirname(/^ssl\.ca\.location=(.*)$/m.exec(text)?.[1] ?? '');
  expect(existsSync(pki)).toBe(true);
  kafka.kill('SIGKILL');
  await expect.poll(() => existsSync(dirname(pki)), { timeout: 10_000 }).toBe(false);
});

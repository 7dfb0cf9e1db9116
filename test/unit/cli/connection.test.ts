import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CommandError } from '../../../src/cli/command-error.js';
import { type ConnectionValues, openCluster, readConnection } from '../../../src/cli/connection.js';
import { SILENT_LOGGER } from '../../../src/settings/logger.js';

const read = (values: ConnectionValues, env: Record<string, string> = {}) => readConnection('phq-kafka x', values, env);
function fault(values: ConnectionValues): CommandError {
  try {
    read(values);
  } catch (error) {
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({ exitCode: 2 });
    return error as CommandError;
  }
  throw new Error('nothing was wrong');
}
function file(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'phq-connection-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const name = join(folder, 'client.properties');
  writeFileSync(name, content);
  return name;
}

test('files, the environment, keys and --bootstrap, the later one wins', () => {
  const first = file('# a comment\n\nbootstrap.servers = a:1 \r\nsasl.password=p=1\nclient.id=file\nsocket.timeout.ms=1\n');
  const second = file('socket.timeout.ms=2');
  const env = { PHQ_KAFKA_CLIENT_ID: 'env', PHQ_KAFKA_SASL_USERNAME: 'u', PHQ_KAFKA_NO_KEY: 'x', PATH: '/bin' };
  expect(read({ config: [first, 'client.id = flag', second] }, env)).toEqual({
    bootstrapServers: 'a:1',
    kafkaConfig: { 'sasl.password': 'p=1', 'client.id': 'flag', 'socket.timeout.ms': '2', 'sasl.username': 'u' },
  });
  expect(read({ bootstrap: 'b:1', config: [first] }).bootstrapServers).toBe('b:1');
  expect(read({}, { PHQ_KAFKA_BOOTSTRAP_SERVERS: 'c:1', PHQ_KAFKA_SASL_PASSWORD: 's' })).toEqual({
    bootstrapServers: 'c:1',
    kafkaConfig: { 'sasl.password': 's' },
  });
});

test('a secret on the command line is refused and not shown', () => {
  const { message } = fault({ bootstrap: 'a:1', config: ['sasl.password=hunter2'] });
  expect(message).toContain('PHQ_KAFKA_SASL_PASSWORD');
  expect(message).not.toContain('hunter2');
});

test('a file that cannot be read, or a line that is no key, is told without its content', () => {
  expect(fault({ bootstrap: 'a:1', config: ['/no/such/\x1bfile'] }).message).toContain('/no/such/\\x1bfile cannot be read (ENOENT');
  const { message } = fault({ bootstrap: 'a:1', config: [file('a=1\nhunter2')] });
  expect(message).toContain('line 2 of ');
  expect(message).not.toContain('hunter2');
  expect(fault({}).message).toContain('--bootstrap is missing');
});

test('settings that make no sense are wrong usage, before anything is opened', async () => {
  const opened = openCluster(read({ bootstrap: 'a:1', config: ['sasl.pasword=hunter2'] }), SILENT_LOGGER);
  const error = (await opened.catch((reason: unknown) => reason)) as CommandError;
  expect(error).toBeInstanceOf(CommandError);
  expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining('did you mean "sasl.password"?') });
  expect(error.message).not.toContain('hunter2');
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CommandError } from '../../../src/cli/command-error.js';
import { runCommand } from '../../../src/cli/commands.js';
import { recordScreen } from './screens.js';

const { signal } = new AbortController();

async function run(...args: string[]): Promise<{ exitCode: number; out: string }> {
  const { screen, out } = recordScreen();
  const exitCode = await runCommand(args, screen, signal);
  return { exitCode, out: out() };
}

async function fault(...args: string[]): Promise<CommandError> {
  const error: unknown = await run(...args).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CommandError);
  return error as CommandError;
}

test('--help names every command, and each command has a help of its own', async () => {
  expect(await run('--help')).toEqual({ exitCode: 0, out: expect.stringMatching(/^Usage: phq-kafka.*\n {2}demo /s) });
  expect(await run('demo', '--help')).toEqual({
    exitCode: 0,
    out: expect.stringMatching(/^Usage: phq-kafka demo.*--repeat.*--bootstrap/s),
  });
});

test('the dlq commands have help, and need a command, arguments and a cluster', async () => {
  expect(await run('dlq', '--help')).toEqual({
    exitCode: 0,
    out: expect.stringMatching(/^Usage: phq-kafka dlq COMMAND.*Exit codes: 0 .*3 /s),
  });
  for (const name of ['list', 'show', 'redrive', 'purge']) {
    expect(await run('dlq', name, '--help')).toEqual({
      exitCode: 0,
      out: expect.stringMatching(new RegExp(`^Usage: phq-kafka dlq ${name} .*--bootstrap`, 's')),
    });
  }
  expect(await fault('dlq')).toMatchObject({ exitCode: 2, message: expect.stringContaining('a command is missing') });
  expect(await fault('dlq', '\x1b')).toMatchObject({ exitCode: 2, message: expect.stringContaining('"\\x1b"') });
  expect(await fault('dlq', 'show')).toMatchObject({ exitCode: 2, message: expect.stringContaining('TOPIC:PARTITION:OFFSET is missing') });
  expect(await fault('dlq', 'redrive', 'a', 'b')).toMatchObject({ exitCode: 2, message: expect.stringContaining('got 2') });
  for (const points of [
    ['1:5', '1:9'],
    ['7d', '1:5'],
    ['7d', '8d'],
  ]) {
    const args = points.flatMap((point) => ['--before', point]);
    expect(await fault('dlq', 'purge', 'a', ...args)).toMatchObject({ exitCode: 2, message: expect.stringContaining('says twice') });
  }
  expect(await fault('dlq', 'list', '--nothing')).toMatchObject({ exitCode: 2, message: expect.stringContaining("'--nothing'") });
  expect(await fault('dlq', 'list')).toMatchObject({ exitCode: 2, message: expect.stringContaining('--bootstrap is missing') });
});

test('build-engine explains what it needs, and takes no arguments', async () => {
  expect(await run('build-engine', '--help')).toEqual({ exitCode: 0, out: expect.stringContaining('Needs Rust') });
  expect(await fault('build-engine', 'x86')).toMatchObject({ exitCode: 2, message: expect.stringContaining("Unexpected argument 'x86'") });
});

test('--version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(await run('--version')).toEqual({ exitCode: 0, out: `${version}\n` });
});

test('a missing or unknown command is a usage error that shows no raw bytes', async () => {
  expect(await fault()).toMatchObject({ exitCode: 2, message: 'phq-kafka: a command is missing. Try phq-kafka --help' });
  expect(await fault('\x1b[31m')).toMatchObject({ exitCode: 2, message: expect.stringContaining('no command "\\x1b[31m"') });
});

test('an input that cannot be read is no usage error', async () => {
  expect(await fault('demo', '--input', '/no/such/file')).toMatchObject({
    exitCode: 1,
    message: expect.stringContaining('/no/such/file cannot be read: ENOENT'),
  });
  expect(await fault('demo', '--input', '/dev/null')).toMatchObject({
    exitCode: 1,
    message: expect.stringContaining('not a regular file'),
  });
});

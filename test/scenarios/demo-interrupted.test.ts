// Ctrl-C ends the demo in good order with exit code 130, SIGTERM with 143.
import { expect, test } from 'vitest';
import { type Ended, runPhqKafka } from './support/demo.js';

const BOTH = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

test('a signal stops it while it works', async () => {
  // Side by side: each waits two seconds for the first progress line.
  await Promise.all(
    BOTH.map(async ([signal, exitCode]) => {
      expect(await runInterrupted(signal)).toEqual({
        exitCode,
        stdout: '',
        stderr: expect.stringMatching(/\nstopping \.\.\..*\nstopped\n$/),
      });
    }),
  );
});

test('before the first message it stops as well', async () => {
  const onStderr = (stderr: string, kill: (signal: NodeJS.Signals) => void): void => {
    if (!stderr.includes('stopping')) kill('SIGINT');
  };
  const { exitCode, stderr } = await runPhqKafka(['demo'], { onStderr });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 130, stderr: expect.stringMatching(/stopped\n$/) });
});

function runInterrupted(signal: NodeJS.Signals): Promise<Ended> {
  let isSent = false;
  return runPhqKafka(['demo', '--repeat', '10000'], {
    onStderr: (stderr, kill) => {
      if (isSent || !/ 0% {2}ingest [1-9]/.test(stderr)) return;
      isSent = true;
      kill(signal);
    },
  });
}

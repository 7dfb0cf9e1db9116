// The first SIGTERM or SIGINT lets a service drain and end with 0; a second one says on stderr what blocks and ends it at once, also as PID 1.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { shutdownSignal } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, writeRaw } from '../support/consuming.js';

const CHILD = fileURLToPath(new URL('support/service-child.mjs', import.meta.url));
const DEADLINE_MS = 20_000;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly ms?: number;
  readonly node?: readonly string[];
  /** the command that runs node, if it is not run itself */
  readonly within?: readonly string[];
  /** sent when the child handles, each with the one before it heard */
  readonly send: (child: ChildProcess, heard: (text: string) => Promise<void>) => unknown;
}

/** Runs the child to its end. */
async function run(way: string, bootstrapServers: string, { ms = 0, node = [], within = [], send }: RunOptions): Promise<Ended> {
  const [command = process.execPath, ...args] = [...within, process.execPath, ...node, CHILD, way, bootstrapServers, String(ms)];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  let onOutput = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onOutput();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const heard = (text: string): Promise<void> =>
    new Promise((resolve) => {
      onOutput = () => {
        if (stdout.includes(text)) resolve();
      };
      onOutput();
    });
  const overdue = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  const end = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  void heard('handling').then(() => send(child, heard));
  const { code, signal } = await end;
  clearTimeout(overdue);
  return { code, signal, stdout, stderr };
}

async function withTopic(): Promise<EmbeddedBroker> {
  const broker = await EmbeddedBroker.start({ topics: { t: 1, out: 1 } });
  await writeRaw(
    broker,
    't',
    [0, 1, 2].map((i) => ({ value: envelope(i) })),
  );
  return broker;
}

test.concurrent.for(['SIGTERM', 'SIGINT'] as const)(
  '%s: the handler ends, its batch is committed, the process ends with 0',
  async (name) => {
    await using broker = await withTopic();
    const ended = await run('drains', broker.bootstrapServers, { ms: 1_500, send: (child) => child.kill(name) });
    expect(ended).toEqual({ code: 0, signal: null, stdout: 'handling\nhandled, aborted: true\ncommitted 3\nprocessed\n', stderr: '' });
  },
);

test.concurrent('a loop over batches ends the same way', async () => {
  await using broker = await withTopic();
  const ended = await run('loop drains', broker.bootstrapServers, { ms: 700, send: (child) => child.kill('SIGTERM') });
  expect(ended).toEqual({ code: 0, signal: null, stdout: 'handling\ncommitted\nprocessed\n', stderr: '' });
});

test.concurrent('a drain time that passes rejects, and says what blocked', async () => {
  await using broker = await withTopic();
  const ended = await run('misses its deadline', broker.bootstrapServers, { ms: 200, send: (child) => child.kill('SIGTERM') });
  expect(ended).toMatchObject({ code: 1, signal: null, stderr: expect.stringMatching(/TIMEOUT_DRAIN|3 messages from t:0:0 on/) });
});

test.concurrent.for([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('a second signal, %s, names the handler and its messages and ends with %i', async ([name, code]) => {
  await using broker = await withTopic();
  const send = (child: ChildProcess): void => {
    child.kill('SIGTERM');
    // Pending signals of one kind are one: the second waits until the first was taken.
    setTimeout(() => child.kill(name), 200);
  };
  const ended = await run('hangs', broker.bootstrapServers, { send });
  expect(ended).toMatchObject({ code, signal: null });
  expect(ended.stderr).toMatch(
    /^phq-kafka: SIG\w+ again; .*\n {2}the consumer of group "g" waits for the handler, which has 3 messages from t:0:0 on\n$/,
  );
});

test.concurrent('when nothing of the library blocks, it says so', async () => {
  const ended = await run('has something else', '', {
    send: async (child, heard) => {
      child.kill('SIGTERM');
      await heard('aborted');
      child.kill('SIGTERM');
    },
  });
  expect(ended).toMatchObject({ code: 143, stdout: 'handling\naborted: The process was asked to end by SIGTERM\n' });
  expect(ended.stderr).toContain('nothing of this library');
});

test.concurrent('as PID 1', async () => {
  await using broker = await withTopic();
  // LeakSanitizer (npm run test:asan) cannot look across PID namespaces; the other tests show it the same service.
  const withoutLeaks = ['env', `ASAN_OPTIONS=${process.env.ASAN_OPTIONS ?? ''}:detect_leaks=0`];
  const within = [...withoutLeaks, 'unshare', '--user', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child'];
  // The signals go to the service itself: unshare would not pass them on.
  const toService = (child: ChildProcess, name: NodeJS.Signals): void => {
    const [service] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ');
    // 0 would be this process's own group.
    if (!Number(service)) throw new Error('unshare has not started the service');
    process.kill(Number(service), name);
  };
  const drained = await run('drains', broker.bootstrapServers, { ms: 300, within, send: (child) => toService(child, 'SIGTERM') });
  expect(drained).toEqual({ code: 0, signal: null, stdout: 'handling\nhandled, aborted: true\ncommitted 3\nprocessed\n', stderr: '' });
  const second = await run('has something else', '', {
    within,
    send: async (child, heard) => {
      toService(child, 'SIGTERM');
      await heard('aborted');
      toService(child, 'SIGTERM');
    },
  });
  expect(second).toMatchObject({ code: 143, signal: null, stderr: expect.stringContaining('nothing of this library') });
});

test.concurrent('calls for the same signals share one AbortSignal, all calls the installation, and each hears only what it asked for', async () => {
  const ended = await run('shares one installation', '', {
    send: async (child, heard) => {
      child.kill('SIGINT');
      setTimeout(() => child.kill('SIGUSR2'), 200);
      await heard('aborted');
      child.kill('SIGKILL');
    },
  });
  expect(ended.stdout).toBe('handling with 111, true\naborted: true,false,false, true\n');
});

test.concurrent('what follows it, together with something else, aborts although nobody holds the signal itself', async () => {
  const ended = await run('follows it', '', { node: ['--expose-gc'], send: (child) => child.kill('SIGTERM') });
  expect(ended).toEqual({ code: 0, signal: null, stdout: 'handling with 1\naborted\n', stderr: '' });
});

test.concurrent('in a worker thread it is a fault of the program, as are names that cannot be caught', async () => {
  const { stdout } = await run('in a worker', '', { send: () => undefined });
  expect(stdout).toContain('main thread');
  for (const signals of [[], ['SIGKILL'], ['SIGSTOP'], ['TERM']]) {
    expect(() => shutdownSignal({ signals: signals as NodeJS.Signals[] })).toThrow(expect.objectContaining({ code: 'USAGE_ARGUMENT' }));
  }
});

import { beforeEach, expect, test, vi } from 'vitest';
import { Connection } from '../../../src/engine/connection.js';
import { probeTls, type TlsFinding } from '../../../src/engine/tls-probe.js';
import type { KafkaException } from '../../../src/errors.js';
import { SILENT_LOGGER } from '../../../src/settings/logger.js';
import type { OauthTokenProvider } from '../../../src/settings/oauth-token.js';
import { FakeHandle, fault } from './fakes.js';

vi.mock('../../../src/engine/tls-probe.js', () => ({ probeTls: vi.fn() }));
const probe = vi.mocked(probeTls);

class Handle extends FakeHandle {
  metadata(): void {
    // The test answers.
  }
  setOauthToken(): void {
    // Any will do.
  }
  oauthTokenFailed(): void {
    // Told otherwise.
  }
}

function open(config: readonly (readonly [string, string])[] = [['security.protocol', 'ssl']], oauthToken?: OauthTokenProvider) {
  const handle = new Handle();
  const told: string[] = [];
  const refused: KafkaException[] = [];
  const connection = new Connection<Handle>({
    ...{ name: 'producer "a"', bootstrapServers: 'h:1', config, oauthToken, logger: SILENT_LOGGER },
    open: (wake) => {
      handle.wake = wake;
      return handle;
    },
    onError: (error) => void told.push(`${error.kafkaName}: ${error.message}`),
    onRefused: (error) => void refused.push(error),
    onLog: () => undefined,
    onStats: () => undefined,
    onRoleEvent: () => undefined,
  });
  return { handle, told, refused, connection };
}

const ssl = { kind: 'error', error: fault(-181, '_SSL', { message: 'ssl://h:1/bootstrap: verify failed' }) } as const;
const allDown = { kind: 'error', error: fault(-187, '_ALL_BROKERS_DOWN') } as const;
const turn = () => new Promise(setImmediate);

beforeEach(() => {
  probe.mockReset().mockResolvedValue({ kind: 'expired', validTo: '2020' });
});

test('the broker is looked at before its error is told, and connect() rejects with what was found', async () => {
  const { handle, told, connection } = open();
  const connecting = connection.connect(60_000);
  const beside = connection.connect(60_000);
  const refusedBeside = expect(beside).rejects.toMatchObject({ kafkaName: '_SSL' });
  handle.say(ssl);
  expect(told).toEqual([]);
  await expect(connecting).rejects.toMatchObject({ kafkaName: '_SSL', message: expect.stringContaining('expired on 2020') });
  await refusedBeside;
  expect(told).toEqual([expect.stringMatching(/^_SSL: .*expired on 2020/)]);
  expect(connection.lastError?.message).toContain('expired on 2020');
});

test('whoever times out during the look has a reason already', () => {
  probe.mockReturnValue(new Promise(() => undefined));
  const { handle, connection } = open();
  handle.say(ssl);
  expect(connection.lastError?.message).toContain('verify failed');
});

test('refused is who was never let in and has no broker left, whatever comes first', async () => {
  const { handle, refused } = open();
  handle.say(ssl);
  await turn();
  expect(refused).toEqual([]);
  handle.say(allDown);
  expect(refused).toHaveLength(1);
  handle.say(allDown);
  expect(refused).toHaveLength(2);
});

test('who was let in is not refused any more', async () => {
  const { handle, refused, connection } = open();
  connection.noteContact();
  handle.say(ssl, allDown);
  await turn();
  expect(refused).toEqual([]);
});

test('TLS where plaintext was meant becomes a refusal with a name of its own', async () => {
  const { handle, told, refused } = open([]);
  handle.say(allDown);
  await turn();
  expect(told).toEqual([expect.stringMatching(/^_SSL: .*h:1 speaks TLS, but security\.protocol is plaintext here/)]);
  expect(refused[0]).toMatchObject({ kafkaName: '_SSL', retriable: false, cause: { kafkaName: '_ALL_BROKERS_DOWN' } });
});

test('a look that outlives the client tells nothing', async () => {
  let end: (finding: TlsFinding) => void = () => undefined;
  probe.mockReturnValue(
    new Promise((resolve) => {
      end = resolve;
    }),
  );
  const { handle, told, connection } = open();
  handle.say(ssl);
  const closed = connection.close(100);
  handle.say({ kind: 'closed', timedOut: false, error: null });
  await closed;
  end({ kind: 'expired', validTo: '2020' });
  await turn();
  expect(told).toEqual([]);
});

test.each([
  ['never let in: refused at the third failure', false, 2],
  ['let in before: its records wait', true, 0],
])('tokens that fail, %s', async (_what, isLetIn, refusals) => {
  vi.useFakeTimers();
  const { handle, told, refused, connection } = open([], () => Promise.reject(new Error('down')));
  if (isLetIn) connection.noteContact();
  await vi.advanceTimersByTimeAsync(3_600);
  expect([told.length, refused.length]).toEqual([4, refusals]);
  const closed = connection.close(100);
  handle.say({ kind: 'closed', timedOut: false, error: null });
  await closed;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toHaveLength(4);
  vi.useRealTimers();
});

test.for([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])(
  'connect() with a time-out of %d is a UsageError',
  async (timeoutMs) => {
    const { connection } = open();
    await expect(connection.connect(timeoutMs)).rejects.toMatchObject({
      code: 'USAGE_ARGUMENT',
      message: expect.stringContaining('1 to 2147483647'),
    });
  },
);

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { NativeOauthToken } from '../../../src/engine/native.js';
import { isEchoOfFailure, OauthTokens } from '../../../src/engine/oauth-tokens.js';
import type { KafkaException } from '../../../src/errors.js';
import type { OauthTokenProvider } from '../../../src/settings/oauth-token.js';

interface Kept {
  readonly set: NativeOauthToken[];
  readonly failed: string[];
  readonly failures: { readonly error: KafkaException; readonly failures: number; readonly hasToken: boolean }[];
  end(): void;
}

function keep(fetch: OauthTokenProvider): Kept {
  const kept = { set: [] as NativeOauthToken[], failed: [] as string[], failures: [] as Kept['failures'][number][] };
  const handle = {
    setOauthToken: (token: NativeOauthToken) => void kept.set.push(token),
    oauthTokenFailed: (text: string) => void kept.failed.push(text),
  };
  const tokens = new OauthTokens({
    name: 'producer "a"',
    fetch,
    handle,
    onFailure: (error, state) => void kept.failures.push({ error, ...state }),
  });
  return { ...kept, end: () => tokens.end() };
}

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => vi.useRealTimers());

test('the first is asked for at once, the next at 80 % of the lifetime', async () => {
  const fetch = vi.fn(() => ({ token: 'abc', lifetimeMs: 10_000, extensions: { a: '1', b: '2' } }));
  const kept = keep(fetch);
  await vi.advanceTimersByTimeAsync(0);
  expect(kept.set).toEqual([{ value: 'abc', expiresAtMs: 1_010_000, principal: 'producer "a"', extensions: ['a', '1', 'b', '2'] }]);
  await vi.advanceTimersByTimeAsync(7_990);
  expect(fetch).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(20);
  expect(fetch).toHaveBeenCalledTimes(2);
  kept.end();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fetch).toHaveBeenCalledTimes(2);
});

test('after failures it is asked with growing pauses, up to ten seconds', async () => {
  const askedMs: number[] = [];
  const kept = keep(() => {
    askedMs.push(Date.now() - 1_000_000);
    throw new Error('down');
  });
  await vi.advanceTimersByTimeAsync(40_000);
  kept.end();
  expect(askedMs).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500, 25_500, 35_500]);
  expect(kept.failures[2]).toMatchObject({ failures: 3, hasToken: false, error: { kafkaCode: -169, cause: { message: 'down' } } });
  expect(kept.failed.every((text) => isEchoOfFailure(`Failed to acquire SASL OAUTHBEARER token: ${text}`))).toBe(true);
});

test('a renewal that fails says that the old token is still good', async () => {
  let asked = 0;
  const kept = keep(() => {
    if (++asked > 1) throw new Error('down');
    return { token: 'abc', lifetimeMs: 10_000 };
  });
  await vi.advanceTimersByTimeAsync(11_000);
  kept.end();
  expect(kept.failures.map(({ hasToken }) => hasToken)).toEqual([true, true, true, false].slice(0, kept.failures.length));
});

test('a provider that never settles is given up after 30 s', async () => {
  const kept = keep(() => new Promise(() => undefined));
  await vi.advanceTimersByTimeAsync(30_000);
  expect(kept.failures[0]?.error.message).toMatch(/has not settled within 30000 ms/);
  kept.end();
});

test('a token that comes after the end is not set', async () => {
  const kept = keep(() => Promise.resolve({ token: 'abc', lifetimeMs: 10_000 }));
  kept.end();
  await vi.advanceTimersByTimeAsync(0);
  expect(kept.set).toEqual([]);
});

test.each<[what: string, given: unknown, text: RegExp]>([
  ['nothing', undefined, /must return an object/],
  ['no token', { lifetimeMs: 1 }, /`token` must be a text/],
  ['no end', { token: 'SECRET' }, /`expiresAtMs` or `lifetimeMs`/],
  ['seconds for milliseconds', { token: 'SECRET', expiresAtMs: 1_000_300 / 1000 }, /has expired already.*milliseconds\?/],
  ['a wrong principal', { token: 'SECRET', lifetimeMs: 1_000, principal: 1 }, /`principal` must be a text/],
  ['wrong extensions', { token: 'SECRET', lifetimeMs: 1_000, extensions: { a: 1 } }, /`extensions` must be/],
])('%s is refused, and the token is never quoted', async (_what, given, text) => {
  const kept = keep(() => given as never);
  await vi.advanceTimersByTimeAsync(0);
  kept.end();
  expect(kept.failures[0]?.error.message).toMatch(text);
  expect(kept.failures[0]?.error.message).not.toContain('SECRET');
});

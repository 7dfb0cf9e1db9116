/** A part on its way through attempts: who is called how often, who is parked, when it waits, and what ends the run. */
import { expect, test } from 'vitest';
import { Part, type Policies } from '../../../src/consumer/part.js';
import { HandlerError } from '../../../src/errors.js';
import { type Attempted, type CallOutcome, isClean } from '../../../src/handling/attempted.js';
import { CircuitBreaker } from '../../../src/handling/circuit-breaker.js';
import { createRetryPolicy, NO_RETRY } from '../../../src/handling/retry.js';
import { DEFAULT_RETRY } from '../../../src/settings/failure-options.js';

interface Item extends Attempted {
  readonly name: string;
}
type Ends = (names: string, call: number) => 'throws' | string;

const names = (items: readonly Item[]): string => items.map(({ name }) => name).join('');
const failed = (code: 'HANDLER_THREW' | 'HANDLER_FAILED', cause: unknown): HandlerError => new HandlerError(code, 'x', { cause });

interface World {
  readonly items: string;
  /** what call number n, with these items, does: throws, or the names it fails (none: '') */
  readonly ends: Ends;
  readonly policies?: Partial<Policies>;
  /** the wait, from 1, that is cut short */
  readonly cutAt?: number;
  readonly alone?: boolean;
}

const RETRY_3 = createRetryPolicy({ ...DEFAULT_RETRY, attempts: 3, initialDelayMs: 10, jitter: 0 });

async function run({ items: all, ends, policies = {}, cutAt = 0, alone = true }: World) {
  const items: Item[] = [...all].map((name) => ({ name, attempts: 0, failure: undefined }));
  const story: string[] = [];
  let [calls, waits] = [0, 0];
  const call = async (called: readonly Item[]): Promise<CallOutcome<Item>> => {
    const end = ends(names(called), ++calls);
    story.push(`${names(called)}${end === 'throws' ? '!' : end === '' ? '' : `-${end}`}`);
    if (end === 'throws') return { threw: failed('HANDLER_THREW', `call ${calls}`), failed: new Map() };
    const named = called.filter(({ name }) => end.includes(name));
    return { threw: undefined, failed: new Map(named.map((item) => [item, failed('HANDLER_FAILED', item.name)])) };
  };
  const done: string[] = [];
  const part = new Part<Item>(
    items,
    { retry: NO_RETRY, backoffMs: (failures) => 1_000 * failures, breaker: new CircuitBreaker(0.5), isMixed: true, ...policies },
    {
      call,
      wait: async ({ reason, delayMs }) => {
        story.push(`${reason} ${delayMs}`);
        return ++waits !== cutAt;
      },
      done: (some) => void done.push(...some.map(({ name }) => name)),
      park: async (some) => {
        story.push(`park ${names(some)}`);
        return true;
      },
    },
  );
  const outcome = await call(items);
  expect(isClean(outcome)).toBe(false);
  const end = await part.run({ outcome, alone });
  return { story, end, done: done.join(''), items };
}

const poison =
  (guilty: string): Ends =>
  (called) =>
    [...called].some((name) => guilty.includes(name)) ? 'throws' : '';

test.for<[what: string, world: World, story: readonly string[], done: string]>([
  [
    'a throw that passes',
    { items: 'ab', ends: (_, n) => (n < 3 ? 'throws' : ''), policies: { retry: RETRY_3 } },
    ['ab!', 'retry 10', 'ab!', 'retry 20', 'ab'],
    'ab',
  ],
  [
    'a name that passes: only that one is called again',
    { items: 'abc', ends: (_, n) => (n < 2 ? 'b' : ''), policies: { retry: RETRY_3 } },
    ['abc-b', 'retry 10', 'b'],
    'acb',
  ],
  [
    'a name that stays is parked after the last call',
    { items: 'abc', ends: (called) => (called.includes('b') ? 'b' : ''), policies: { retry: RETRY_3 } },
    ['abc-b', 'retry 10', 'b-b', 'retry 20', 'b-b', 'park b'],
    'ac',
  ],
  ['without retry a name is parked at once', { items: 'abc', ends: () => 'c' }, ['abc-c', 'park c'], 'ab'],
  ['a poisoned one in the middle is found', { items: 'abcd', ends: poison('c') }, ['abcd!', 'ab', 'cd!', 'c!', 'd', 'park c'], 'abd'],
  [
    'two are found after the retries',
    { items: 'abcd', ends: poison('ad'), policies: { retry: RETRY_3 } },
    ['abcd!', 'retry 10', 'abcd!', 'retry 20', 'abcd!', 'ab!', 'a!', 'b', 'cd!', 'c', 'd!', 'park ad'],
    'bc',
  ],
  [
    'who threw beside others is called alone first',
    { items: 'ab', alone: false, ends: (_, n) => (n === 1 ? 'throws' : '') },
    ['ab!', 'ab'],
    'ab',
  ],
  ['one alone that throws is parked without another call', { items: 'a', ends: poison('a') }, ['a!', 'park a'], ''],
  [
    'all of several: nothing is parked; the first that is handled ends the wait, the rest is tried as if new',
    { items: 'abc', ends: (called, n) => (called.includes('c') || n < 6 ? 'throws' : '') },
    ['abc!', 'ab!', 'a!', 'b!', 'c!', 'circuit 1000', 'a', 'bc!', 'b', 'c!', 'park c'],
    'ab',
  ],
  ['of one key all may be poisoned', { items: 'ab', ends: poison('ab'), policies: { isMixed: false } }, ['ab!', 'a!', 'b!', 'park ab'], ''],
])('%s', async ([, world, story, done]) => {
  const result = await run(world);
  expect(result.story).toEqual(story);
  expect([result.done, result.end]).toEqual([done, 'done']);
});

test('without a dead letter what stays failed ends the run, with the error of its last call', async () => {
  const { end, story, done } = await run({ items: 'ab', ends: () => 'throws', policies: { retry: RETRY_3, breaker: undefined } });
  expect(end).toMatchObject({ code: 'HANDLER_THREW', cause: 'call 3' });
  expect(story).toEqual(['ab!', 'retry 10', 'ab!', 'retry 20', 'ab!']);
  expect(done).toBe('');
});

test('shouldRetry is asked message by message for those failed by name: the hopeless one is parked with what stays', async () => {
  const retry = createRetryPolicy({ ...DEFAULT_RETRY, attempts: 2, jitter: 0, initialDelayMs: 10, shouldRetry: (error) => error !== 'a' });
  const { story, items } = await run({ items: 'abc', ends: (called) => (called === 'abc' ? 'ab' : 'b'), policies: { retry } });
  expect(story).toEqual(['abc-ab', 'retry 10', 'b-b', 'park ab']);
  expect(items.map(({ attempts }) => attempts)).toEqual([1, 2, 1]);
});

test.for([1, 2])('wait %i cut short: nobody is called or parked any more', async (cutAt) => {
  const { end, story } = await run({ items: 'ab', ends: () => 'throws', policies: { retry: RETRY_3 }, cutAt });
  expect(end).toBe('cut');
  expect(story).toEqual(['ab!', 'retry 10', 'ab!', 'retry 20'].slice(0, cutAt * 2));
});

test('a wait for better times cut short: what is not done stays so', async () => {
  const { end, story, done } = await run({ items: 'ab', ends: () => 'throws', cutAt: 2 });
  expect(end).toBe('cut');
  expect(story).toEqual(['ab!', 'a!', 'b!', 'circuit 1000', 'a!', 'circuit 2000']);
  expect(done).toBe('');
});

test('an outage in the last attempt of a large part: eight that fail one by one are enough, nobody is parked for it', async () => {
  const items = 'abcdefghijklmnopqrstuvwxyz';
  const { story, done, end } = await run({ items, ends: (_, n) => (n < 25 ? 'throws' : '') });
  expect(story.slice(0, 3)).toEqual([`${items}!`, 'abcdefghijklm!', 'abcdefg!']);
  // Eight in halves, then one a wait.
  expect(story.filter((line) => line.length === 2)).toHaveLength(8 + 5);
  expect(story.filter((line) => line.startsWith('park'))).toEqual([]);
  expect([[...done].toSorted().join(''), end]).toEqual([items, 'done']);
});

test('eight poisoned ones at the beginning are parked once another of their part has been handled', async () => {
  const items = 'abcdefghijklmnopqrstuvwxyz';
  const { story, done } = await run({ items, ends: poison('abcdefgh') });
  expect(story.at(-1)).toBe('park abcdefgh');
  expect(story.filter((line) => line.startsWith('circuit'))).toEqual(['circuit 1000', 'circuit 2000']);
  expect([...done].toSorted().join('')).toBe(items.slice(8));
});

test('others that are handled meanwhile end the wait: what fails once more may be parked again', async () => {
  const breaker = new CircuitBreaker(0.5);
  breaker.noteFailed(60);
  const { story } = await run({
    items: 'a',
    ends: (_, n) => {
      if (n === 2) breaker.noteDone(100);
      return 'throws';
    },
    policies: { breaker },
  });
  expect(story).toEqual(['a!', 'circuit 1000', 'a!', 'circuit 2000', 'a!', 'park a']);
});

test('an outage whose end others have seen: what waited is called again, and nothing of it is parked', async () => {
  const breaker = new CircuitBreaker(0.5);
  breaker.noteFailed(60);
  const items = 'abcdefghijklmnopqrstuvwxyz';
  let isOver = false;
  const backoffMs = (): number => {
    // While this part waits, another one's probe is handled.
    isOver = true;
    breaker.reset();
    return 1_000;
  };
  const { story, done } = await run({ items, ends: () => (isOver ? '' : 'throws'), policies: { breaker, backoffMs, isMixed: false } });
  expect(story.slice(-2)).toEqual(['circuit 1000', items]);
  expect([...done].toSorted().join('')).toBe(items);
});

test('when each failed first and last is kept, and how often it was called', async () => {
  const { items } = await run({ items: 'abcd', ends: poison('c'), policies: { retry: RETRY_3 } });
  const [, , guilty] = items;
  expect(guilty?.attempts).toBe(5);
  expect(guilty?.failure?.error.code).toBe('HANDLER_THREW');
  expect(guilty?.failure?.firstMs).toBeLessThanOrEqual(guilty?.failure?.lastMs ?? 0);
});

import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { currentCaller, HandlerBody, isInside, LoopBodies } from '../../../src/consumer/inside.js';

async function runInside(run: object, handler: () => Promise<void>): Promise<void> {
  const body = new HandlerBody(run, currentCaller());
  await body.enter(handler);
  body.end();
}

test('inside a handler, across its awaits, until it has ended', async () => {
  const run = {};
  const seen: boolean[] = [];
  let left: Promise<boolean> | undefined;
  await runInside(run, async () => {
    seen.push(isInside(run), isInside({}));
    await nextTurn();
    seen.push(isInside(run));
    left = nextTurn()
      .then(nextTurn)
      .then(() => isInside(run));
  });
  expect([...seen, isInside(run), await left]).toEqual([true, false, true, false, false]);
});

test('a handler inside the handler of another is inside both', async () => {
  const [outer, inner] = [{}, {}];
  await runInside(outer, () => runInside(inner, async () => expect([isInside(outer), isInside(inner)]).toEqual([true, true])));
});

async function* loop(run: object, count: number): AsyncGenerator<number, void, undefined> {
  const bodies = new LoopBodies(run);
  bodies.asked();
  for (let i = 0; i < count; i++) {
    await nextTurn();
    const end = bodies.begin();
    try {
      yield i;
    } finally {
      end();
      bodies.asked();
    }
  }
}

test('the body of a loop is inside, batch after batch; code beside it is not, nor the loop once it is left', async () => {
  const run = {};
  const body: boolean[] = [];
  const beside: boolean[] = [];
  const iterate = async (): Promise<void> => {
    for await (const i of loop(run, 3)) {
      await nextTurn();
      body.push(isInside(run));
      if (i > 0) await new Promise<void>((resolve) => waiting.push(resolve));
    }
    expect(isInside(run)).toBe(false);
  };
  const waiting: (() => void)[] = [];
  const looker = async (): Promise<void> => {
    for (let looks = 0; looks < 2; ) {
      await nextTurn();
      const resolve = waiting.shift();
      if (resolve === undefined) continue;
      looks++;
      beside.push(isInside(run));
      resolve();
    }
  };
  await Promise.all([looker(), iterate()]);
  expect({ body, beside }).toEqual({ body: [true, true, true], beside: [false, false] });
});

test('what started the loop and goes on beside it is taken for its body during the first batch only', async () => {
  const run = {};
  const seen: boolean[] = [];
  const iterate = async (): Promise<void> => {
    for await (const _ of loop(run, 2)) {
      await nextTurn();
      await nextTurn();
    }
  };
  const iterated = iterate();
  for (let turn = 0; turn < 4; turn++) {
    await nextTurn();
    seen.push(isInside(run));
  }
  await iterated;
  expect(seen.lastIndexOf(true)).toBeLessThan(3);
  expect(isInside(run)).toBe(false);
});

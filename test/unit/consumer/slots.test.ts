/** Slots: no more than so many at once, whoever waits longest first, and the next ones get ready while those that run wait. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Slots } from '../../../src/consumer/slots.js';
import { countAlive } from '../../support/garbage.js';

function setUp(max: number) {
  const slots = new Slots(max);
  const gone: number[] = [];
  const prepared: number[] = [];
  const turn = (number: number, messages = 1) => ({
    go: () => void gone.push(number),
    prepare: () => {
      prepared.push(number);
      return messages;
    },
  });
  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < 50; turns++) await nextTurn();
  };
  return { slots, gone, prepared, turn, settle };
}

test('whoever waits longest goes first, also from inside another one', () => {
  const { slots, gone, turn } = setUp(1);
  slots.take({
    go: () => {
      gone.push(0);
      slots.take(turn(2));
      slots.give();
    },
  });
  slots.take(turn(3));
  expect(gone).toEqual([0, 2]);
  slots.give();
  expect(gone).toEqual([0, 2, 3]);
});

test('twice as many as may run at once are prepared, each once, in order, and more when some have gone', async () => {
  const { slots, gone, prepared, turn, settle } = setUp(1);
  for (let number = 0; number < 8; number++) slots.take(turn(number));
  expect([gone, prepared]).toEqual([[0], []]);
  await settle();
  expect(prepared).toEqual([1, 2]);
  slots.give();
  await settle();
  expect([gone, prepared]).toEqual([
    [0, 1],
    [1, 2, 3],
  ]);
});

test('who goes before it was prepared is not prepared any more; who cannot be prepared is passed over', async () => {
  const { slots, gone, prepared, turn, settle } = setUp(2);
  for (let number = 0; number < 4; number++) slots.take(turn(number));
  slots.give();
  slots.take({ go: () => void gone.push(4) });
  slots.take(turn(5));
  await settle();
  expect([gone, prepared]).toEqual([
    [0, 1, 2],
    [3, 5],
  ]);
  slots.give();
  slots.give();
  await settle();
  expect([gone, prepared]).toEqual([
    [0, 1, 2, 3, 4],
    [3, 5],
  ]);
});

test('preparing lets the event loop go on after a few messages', async () => {
  const { slots, prepared, turn, settle } = setUp(100);
  for (let number = 0; number < 200; number++) slots.take(turn(number, 3));
  await nextTurn();
  // Three of three messages each are more than eight.
  expect(prepared).toEqual([100, 101, 102]);
  await settle();
  expect(prepared.length).toBeGreaterThan(90);
});

test('the place in the queue survives its compaction', async () => {
  const { slots, gone, prepared, turn, settle } = setUp(2);
  for (let number = 0; number < 3_000; number++) slots.take(turn(number));
  for (let given = 0; given < 2_500; given++) {
    slots.give();
    if (given % 100 === 0) await settle();
  }
  await settle();
  expect(gone).toEqual(Array.from({ length: 2_502 }, (_, number) => number));
  expect(prepared.slice(-4)).toEqual([2_502, 2_503, 2_504, 2_505]);
  expect(new Set(prepared).size).toBe(prepared.length);
});

test('who has gone is let go, with all that it holds', async () => {
  const { slots } = setUp(1);
  const refs = Array.from({ length: 10 }, () => {
    const turn = { go: () => undefined };
    slots.take(turn);
    slots.give();
    return new WeakRef(turn);
  });
  expect(await countAlive(refs)).toBe(0);
  slots.take({ go: () => undefined });
});

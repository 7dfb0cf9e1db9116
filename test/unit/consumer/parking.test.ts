/** Parked first, done second: what cannot be published is tried again, by itself, and is told each time. */
import { expect, test } from 'vitest';
import { Entry } from '../../../src/consumer/entry.js';
import { OwnedPartition } from '../../../src/consumer/owned-partition.js';
import { Parking } from '../../../src/consumer/parking.js';
import { BatchView } from '../../../src/engine/batch-view.js';
import { DeadLetterError, HandlerError, type Position } from '../../../src/errors.js';
import { CONSUMER_EVENTS, type ConsumerEvents, Emitter } from '../../../src/events.js';
import type { Letter } from '../../../src/handling/dead-letter.js';
import { fakeBatch } from '../engine/fakes.js';

type Publish = (letters: readonly Letter[]) => Promise<readonly (Position | DeadLetterError)[]>;

function setUp(publish: Publish, delay = 1) {
  const story: string[] = [];
  const emitter = new Emitter<ConsumerEvents>(CONSUMER_EVENTS, (_, error) => {
    throw error;
  });
  emitter.on('consumer.deadLettered', ({ offset, to, attempts }) => story.push(`parked ${offset} at ${to.offset} after ${attempts}`));
  emitter.on('consumer.deadLetterFailed', ({ offset, delayMs }) => story.push(`failed ${offset}, ${delayMs} ms`));
  emitter.on('consumer.held', ({ offset, reason }) => story.push(`held ${offset} ${reason}`));
  const own = new OwnedPartition<number>({ topic: 't', partition: 3 }, { topicId: 0, partition: 3, epoch: 1 });
  const view = new BatchView(fakeBatch([{ offset: 8 }, { offset: 9 }]));
  const entries = [0, 1].map((row) => {
    const entry = new Entry<number>(view, row, undefined);
    entry.attempts = 2;
    entry.failure = { error: new HandlerError('HANDLER_THREW', 'x', { cause: 1 }), firstMs: 1, lastMs: 2 };
    return entry;
  });
  const parking = new Parking<number>({
    letters: { publish },
    emitter,
    backoffMs: (failures) => delay * failures,
    onParked: (_, some) => story.push(`done ${some.map(({ offset }) => offset)}`),
  });
  return { parking, own, entries, story };
}

const to = (offset: number): Position => ({ topic: 't.dlq', partition: 0, offset });
const failed = (from: Position): DeadLetterError => new DeadLetterError('DEAD_LETTER_FAILED', 'x', { position: from });

test('the one that failed is published again, the other is done meanwhile', async () => {
  let calls = 0;
  const { parking, own, entries, story } = setUp(async (letters) => {
    calls++;
    return letters.map(({ from }) => (from.offset === 9 && calls < 3 ? failed(from) : to(100 + calls)));
  });
  expect(await parking.park(own, entries)).toBe(true);
  expect(story).toEqual([
    'parked 8 at 101 after 2',
    'done 8',
    'failed 9, 1 ms',
    'held 9 dead-letter',
    'done ',
    'failed 9, 2 ms',
    'held 9 dead-letter',
    'parked 9 at 103 after 2',
    'done 9',
  ]);
});

test('a partition that goes while it waits: nothing more is published, nothing more is done', async () => {
  const { parking, own, entries, story } = setUp(async (letters) => {
    setImmediate(() => own.leave());
    return letters.map(({ from }) => failed(from));
  }, 600_000);
  const before = parking.park(own, entries);
  expect(await before).toBe(false);
  expect(story.filter((line) => line.startsWith('parked'))).toEqual([]);
});

import { beforeEach, expect, test, vi } from 'vitest';
import type { NativeFault, TransactionStep } from '../../../src/engine/native.js';
import { TransactionalProducer } from '../../../src/producer/transactional-producer.js';
import { SILENT_LOGGER } from '../../../src/settings/logger.js';
import { fault } from '../engine/fakes.js';
import { FakeNativeProducer, failure } from './fake-engine.js';

/** Answers every step as `answers` says, in order; without an answer, well. */
class FakeTransactional extends FakeNativeProducer {
  static steps: TransactionStep[] = [];
  static answers: Partial<Record<TransactionStep, (NativeFault | null)[]>> = {};

  transaction(request: number, step: TransactionStep): void {
    FakeTransactional.steps.push(step);
    const error = FakeTransactional.answers[step]?.shift() ?? null;
    queueMicrotask(() => this.say({ kind: 'result', request, error, json: 'null' }));
  }

  override produce(...batch: Parameters<FakeNativeProducer['produce']>): void {
    super.produce(...batch);
    const failures = FakeTransactional.failing ? [failure(0, fault(10, 'MSG_SIZE_TOO_LARGE'))] : [];
    queueMicrotask(() => this.deliver(this.batches.length - 1, failures));
  }
  static failing = false;
}

vi.mock('../../../src/engine/load.js', () => ({ engine: () => ({ NativeProducer: FakeTransactional }) }));

beforeEach(() => {
  FakeNativeProducer.opened.length = 0;
  FakeTransactional.steps = [];
  FakeTransactional.answers = {};
  FakeTransactional.failing = false;
});

const open = () => new TransactionalProducer({ name: 'test', bootstrapServers: 'x:1', config: [], logger: SILENT_LOGGER });
const RECORDS = [
  { topic: 'a', key: 'k', value: 'v' },
  { topic: 'b', key: null, value: null },
];
const ABORTABLE = fault(120, 'TRANSACTION_ABORTABLE', { abortable: true });
const TIMED_OUT = fault(-185, '_TIMED_OUT', { retriable: true });
const FENCED = fault(90, 'PRODUCER_FENCED', { fatal: true });

test('a batch is one transaction over all its topics', async () => {
  const producer = open();
  await producer.open();
  expect(await producer.send(RECORDS)).toMatchObject([{ topic: 'a' }, { topic: 'b' }]);
  expect(FakeTransactional.steps).toEqual(['init', 'begin', 'commit']);
  expect(FakeNativeProducer.last.batches[0]?.records).toMatchObject([
    { topic: 'a', key: 'k', value: 'v' },
    { topic: 'b', key: null, value: null },
  ]);
  await expect(producer.send([])).rejects.toMatchObject({ code: 'USAGE_ARGUMENT' });
});

test('a record that fails aborts all of them, and the producer can go on', async () => {
  const producer = open();
  FakeTransactional.failing = true;
  await expect(producer.send(RECORDS)).rejects.toMatchObject({ code: 'DELIVERY_FAILED' });
  expect(FakeTransactional.steps).toEqual(['begin', 'abort']);
  FakeTransactional.failing = false;
  await producer.send(RECORDS);
  expect(producer.isFinished).toBe(false);
});

test('a commit that is refused is aborted', async () => {
  const producer = open();
  FakeTransactional.answers = { commit: [ABORTABLE] };
  await expect(producer.send(RECORDS)).rejects.toMatchObject({ kafkaCode: 120 });
  expect(FakeTransactional.steps).toEqual(['begin', 'commit', 'abort']);
  expect(producer.isFinished).toBe(false);
});

test('a commit without an answer is asked for again, and never aborted', async () => {
  const producer = open();
  FakeTransactional.answers = { commit: [TIMED_OUT, TIMED_OUT] };
  await producer.send(RECORDS);
  expect(FakeTransactional.steps).toEqual(['begin', 'commit', 'commit', 'commit']);
});

test('after a commit whose end is unknown, or after being fenced, nothing more is sent and nothing aborted', async () => {
  for (const answer of [fault(-1, 'UNKNOWN'), FENCED]) {
    FakeTransactional.steps = [];
    const producer = open();
    FakeTransactional.answers = { commit: [answer] };
    const sent = producer.send(RECORDS);
    await expect(sent).rejects.toMatchObject({ kafkaCode: answer.code });
    expect(producer.isFinished).toBe(true);
    await expect(producer.send(RECORDS)).rejects.toMatchObject({ kafkaCode: answer.code });
    expect(FakeTransactional.steps).toEqual(['begin', 'commit']);
  }
});

test('an abort that fails finishes the producer; what made it necessary is what is told', async () => {
  const producer = open();
  FakeTransactional.failing = true;
  FakeTransactional.answers = { abort: [fault(-172, '_STATE')] };
  await expect(producer.send(RECORDS)).rejects.toMatchObject({ code: 'DELIVERY_FAILED' });
  expect(producer.isFinished).toBe(true);
});

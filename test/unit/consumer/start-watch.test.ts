/** After startTimeoutMs without partitions: who is at fault is found by asking now, not by what was heard once. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StartWatch } from '../../../src/consumer/start-watch.js';
import { toKafkaException } from '../../../src/engine/faults.js';
import type { MetadataJson } from '../../../src/engine/native.js';
import type { KafkaException } from '../../../src/errors.js';
import { fault } from '../engine/fakes.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const exception = (code: number, name: string): KafkaException => toKafkaException(fault(code, name), { what: 'The client' });

function setUp({
  topics = ['t'],
  heard,
  answer = {},
}: {
  topics?: string[];
  heard?: KafkaException;
  answer?: Record<string, number> | KafkaException;
}) {
  const failures: KafkaException[] = [];
  const asked: (string | null)[] = [];
  const watch = new StartWatch({
    name: 'consumer',
    topics,
    startTimeoutMs: 1_000,
    lastError: () => heard,
    metadata: async (topic): Promise<MetadataJson> => {
      asked.push(topic);
      if (answer instanceof Error) throw answer;
      const code = answer[topic ?? ''] ?? 0;
      return { brokers: [], topics: [{ name: topic ?? 'any', error: code === 0 ? null : fault(code, `CODE_${code}`), partitions: [] }] };
    },
    onFailure: (error) => failures.push(error),
  });
  return { watch, failures, asked };
}

test('a sound cluster is asked again and again, and never blamed', async () => {
  const { watch, failures, asked } = setUp({ heard: exception(-195, '_TRANSPORT') });
  await vi.advanceTimersByTimeAsync(5_000);
  expect([failures, asked.length]).toEqual([[], 5]);
  watch.end();
  expect(vi.getTimerCount()).toBe(0);
});

test('a refused password is enough: no question is asked', async () => {
  const { failures, asked } = setUp({ heard: exception(-169, '_AUTHENTICATION') });
  await vi.advanceTimersByTimeAsync(999);
  expect(failures).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual([]);
  expect(failures).toMatchObject([
    { kafkaName: '_AUTHENTICATION', message: expect.stringContaining('sasl.password'), cause: { kafkaCode: -169 } },
  ]);
});

test('an unanswered question is explained by what was heard before', async () => {
  const { failures } = setUp({ heard: exception(-193, '_RESOLVE'), answer: exception(-185, '_TIMED_OUT') });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(failures).toMatchObject([{ kafkaName: '_RESOLVE', retriable: true }]);
});

test('topics that are missing or forbidden are named; one without a leader only needs time', async () => {
  for (const code of [3, 29, 17]) {
    const { failures } = setUp({ topics: ['t', 'u'], answer: { u: code } });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(failures).toMatchObject([{ kafkaCode: code, message: expect.stringContaining('"u"') }]);
  }
  const { watch, failures } = setUp({ answer: { t: 5 } });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(failures).toEqual([]);
  watch.end();
});

test('with patterns alone any answer will do', async () => {
  const { watch, asked } = setUp({ topics: ['^a', '^b'] });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toEqual([null]);
  watch.end();
});

test('ended while the answer is under way, it says nothing', async () => {
  const { watch, failures } = setUp({ answer: { t: 3 } });
  vi.advanceTimersByTime(1_000);
  watch.end();
  await vi.advanceTimersByTimeAsync(5_000);
  expect([failures, vi.getTimerCount()]).toEqual([[], 0]);
});

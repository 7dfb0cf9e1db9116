/** What a soak's samples are judged by: memory that rises, descriptors and threads that stay behind and messages that are missing fail it. */
import { expect, test } from 'vitest';
import type { Sample } from '../../scripts/soak/samples.mjs';
import { judgeSoak } from '../../scripts/soak/verdict.mjs';

const counts = { produced: 100, handled: 97, retried: 4, parked: 3, unreadable: 1, forwarded: 97 };
const run = { counts, exitCode: 0, maxSlope: 30 };

/** Ten minutes, a sample each 10 s: flat but for a little unrest, and steep while it warms up. */
function samples(change: (sample: Sample, index: number) => Partial<Sample> = () => ({})): Sample[] {
  return Array.from({ length: 60 }, (_, index) => {
    const unrest = index % 2;
    const sample = {
      atSeconds: index * 10,
      rssMb: 120 + unrest - (index < 10 ? 40 - 4 * index : 0),
      heapMb: 20 + unrest,
      externalMb: 5,
      files: 30 + unrest,
      threads: 12,
    };
    return { ...sample, ...change(sample, index) };
  });
}

test('unrest and a warm-up are no fault', () => {
  expect(judgeSoak({ ...run, samples: samples() }).faults).toEqual([]);
});

test('a single spike is none either', () => {
  expect(judgeSoak({ ...run, samples: samples((_, index) => (index === 50 ? { rssMb: 400 } : {})) }).faults).toEqual([]);
});

test.each([
  ['rssMb', 'resident memory rises by 36.0 MB an hour, allowed are 30'],
  ['heapMb', 'JavaScript heap rises by 36.0 MB an hour, allowed are 30'],
  ['externalMb', 'external memory rises by 36.0 MB an hour, allowed are 30'],
] as const)('0.1 MB each 10 s of %s is told', (key, fault) => {
  expect(judgeSoak({ ...run, samples: samples((_, index) => ({ [key]: 50 + index / 10 })) }).faults).toEqual([fault]);
});

test('descriptors and threads that stay behind are told', () => {
  const { faults } = judgeSoak({
    ...run,
    samples: samples((sample, index) => ({ files: sample.files + Math.floor(index / 10), threads: 12 + Math.floor(index / 30) })),
  });
  expect(faults).toEqual(['open descriptors grew by 2', 'threads grew by 1']);
});

test('a message that was neither handled nor parked is told, and a workload that died', () => {
  expect(judgeSoak({ ...run, samples: samples(), counts: { ...counts, parked: 2 } }).faults).toEqual([
    '100 messages were produced, 99 handled or parked',
  ]);
  expect(judgeSoak({ ...run, samples: samples(), exitCode: 1 }).faults).toEqual(['the workload ended with 1']);
});

import { afterEach, expect, test, vi } from 'vitest';
import { type ProgressState, renderBar, renderLine, showProgress } from '../../../src/cli/progress.js';
import { recordScreen } from './screens.js';

const state = (done: number, elapsedMs = 2_000): ProgressState => ({
  total: 1_000,
  stages: [
    { svc: 'ingest', count: 1_000 },
    { svc: 'reporter', count: done },
  ],
  elapsedMs,
});

afterEach(() => void vi.useRealTimers());

test('progress is measured at the last service', () => {
  expect(renderLine(state(500))).toBe(' 50%  ingest 1,000 → reporter 500  250/s');
  expect(renderBar(state(500))).toBe('████████████░░░░░░░░░░░░  50%  ingest 1,000 → reporter 500  250/s  2 s left');
});

test('a run that has not begun has no rate and no end in sight', () => {
  expect(renderBar(state(0, 0))).toBe('░░░░░░░░░░░░░░░░░░░░░░░░   0%  ingest 1,000 → reporter 0  -');
});

test('repeated deliveries do not overfill the bar, and 100% means all', () => {
  expect(renderBar(state(1_200))).toContain('100%');
  expect(renderLine(state(999))).toContain(' 99%');
});

test('a terminal sees the bar ten times a second and nothing of it in the end', () => {
  vi.useFakeTimers();
  const { screen, err } = recordScreen({ isTTY: true, columns: 120 });
  const stop = showProgress(screen, () => state(500));
  vi.advanceTimersByTime(1_000);
  stop();
  vi.advanceTimersByTime(1_000);
  expect(err().match(/50%/g)).toHaveLength(10);
  expect(err().endsWith('\r\x1b[2K')).toBe(true);
});

test('elsewhere a plain line is written every two seconds', () => {
  vi.useFakeTimers();
  const { screen, err } = recordScreen();
  const stop = showProgress(screen, () => state(500));
  vi.advanceTimersByTime(4_100);
  stop();
  expect(err()).toBe(`${renderLine(state(500))}\n`.repeat(2));
});

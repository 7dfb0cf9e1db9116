import { expect, test } from 'vitest';
import { type HealthReason, toHealth } from '../../src/health.js';

const ready: HealthReason = { code: 'starting', affects: 'ready', text: 'a' };
const live: HealthReason = { code: 'fatal', affects: 'live', text: 'b' };

test.for([
  [[], true, true],
  [[ready], true, false],
  [[live], false, false],
  [[ready, live], false, false],
] as const)('%j: live %s, ready %s', ([reasons, isLive, isReady]) => {
  expect(toHealth(reasons)).toEqual({ live: isLive, ready: isReady, reasons });
});

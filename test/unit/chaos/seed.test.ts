/** Seeds of the chaos suite: the same number is the same plan, and a plan only asks for what the suite can do. */
import { expect, test } from 'vitest';
import { FAULTS } from '../../chaos/faults/menu.mjs';
import { MUTANTS } from '../../chaos/mutants.mjs';
import { PROTOCOLS, planOf } from '../../chaos/seed.mjs';

const ALL = { retry: true, deadLetter: true, concurrency: true, schemas: true };
const NONE = { retry: false, deadLetter: false, concurrency: false, schemas: false };
const plans = (features: typeof ALL) => Array.from({ length: 144 }, (_, i) => planOf(i + 1, { protocols: PROTOCOLS, features }));

test('the same number is the same plan', () => {
  expect(plans(ALL)).toEqual(plans(ALL));
});

test('every fault of every plan is one that can be played, in its lane by time', () => {
  for (const { faults } of [...plans(ALL), ...MUTANTS.map(({ plan }) => plan)]) {
    for (const { name } of faults) expect(Object.keys(FAULTS)).toContain(name);
    expect(faults.map(({ atMs }) => atMs)).toEqual(faults.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
  }
});

test('every fault is drawn by some seed, and every class with every protocol, with concurrency and without', () => {
  const drawn = new Set(plans(ALL).flatMap(({ faults }) => faults.map(({ name }) => name)));
  expect(Object.keys(FAULTS).filter((name) => !drawn.has(name))).toEqual([]);
  const kinds = new Set(plans(ALL).map((plan) => `${plan.protocol} ${plan.concurrency !== null}`));
  expect(kinds.size).toBe(6);
  const classes = new Set(plans(ALL).map((plan) => `${plan.protocol} ${plan.class}`));
  expect(classes.size).toBe(3 * 7);
});

test('a build without an option is not asked to use it', () => {
  for (const plan of plans(NONE)) {
    expect(plan).toMatchObject({ retry: false, deadLetter: false, concurrency: null, schemaMs: 0 });
    expect(plan.class).not.toBe('dead-letter');
    expect(plan.handler.poisonPerMille).toBe(0);
  }
});

test('mutants have names of their own', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});

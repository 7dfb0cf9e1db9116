/** Which tests exist and how each kind runs: one project per kind, so that a runner can ask for a kind by name. */
import { defineConfig } from 'vitest/config';

interface Kind {
  readonly name: string;
  readonly folder: string;
  readonly timeoutMs: number;
  /** how many files at once; every file is a process of its own */
  readonly workers: number;
}

const KINDS: readonly Kind[] = [
  { name: 'unit', folder: 'test/unit', timeoutMs: 5_000, workers: 2 },
  { name: 'meta', folder: 'test/meta', timeoutMs: 20_000, workers: 2 },
  { name: 'scenarios', folder: 'test/scenarios', timeoutMs: 30_000, workers: 2 },
  // The same promises on the embedded broker and on a real Kafka: test/conformance/cases states them, the two files beside it run them.
  { name: 'conformance', folder: 'test/conformance', timeoutMs: 60_000, workers: 1 },
  { name: 'real', folder: 'test/real', timeoutMs: 180_000, workers: 1 },
];

export default defineConfig({
  test: {
    pool: 'forks',
    // A warning of Node (listener leaks, deprecations) comes with the stack that caused it.
    execArgv: ['--trace-warnings'],
    projects: KINDS.map(({ name, folder, timeoutMs, workers }) => ({
      extends: true,
      test: {
        name,
        include: [`${folder}/**/*.test.ts`],
        testTimeout: timeoutMs,
        hookTimeout: timeoutMs * 2,
        maxWorkers: workers,
        sequence: { groupOrder: KINDS.findIndex((kind) => kind.name === name) },
      },
    })),
  },
});

/** Which tests exist and how each kind runs: one project per kind, so that a runner can ask for a kind by name. */
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

interface Kind {
  readonly name: string;
  readonly folder: string;
  readonly timeoutMs: number;
  /** how many files at once; every file is a process of its own */
  readonly workers: number;
  /** runs once around the project and provides what its tests inject() */
  readonly globalSetup?: string;
}

const KINDS: readonly Kind[] = [
  { name: 'unit', folder: 'test/unit', timeoutMs: 5_000, workers: 2 },
  { name: 'meta', folder: 'test/meta', timeoutMs: 20_000, workers: 2 },
  { name: 'scenarios', folder: 'test/scenarios', timeoutMs: 30_000, workers: 2 },
  // The same promises twice: each file asks inject('bootstrapServers') and does not know which kind of broker answers.
  { name: 'conformance-embedded', folder: 'test/conformance', timeoutMs: 60_000, workers: 2, globalSetup: 'test/setup/embedded-broker.ts' },
  { name: 'conformance-kafka', folder: 'test/conformance', timeoutMs: 60_000, workers: 2, globalSetup: 'test/setup/real-kafka.ts' },
  // What only a real Kafka can show; each file starts the brokers it needs.
  { name: 'real', folder: 'test/real', timeoutMs: 180_000, workers: 1 },
  // Every door of one secured Kafka.
  { name: 'security', folder: 'test/security', timeoutMs: 90_000, workers: 1, globalSetup: 'test/setup/secure-kafka.ts' },
  // Our clients and those of others (Python, Java) on one real Kafka.
  { name: 'interop', folder: 'test/interop', timeoutMs: 300_000, workers: 1, globalSetup: 'test/setup/interop.ts' },
];

/** Type tests: *.test-d.ts, checked by tsc over the whole tsconfig, so that an error anywhere in the sources fails them too. */
const TYPES: TestProjectConfiguration = {
  extends: true,
  test: {
    name: 'types',
    include: [],
    typecheck: { enabled: true, only: true, include: ['test/types/**/*.test-d.ts'], tsconfig: 'tsconfig.json' },
    sequence: { groupOrder: KINDS.length },
  },
};

const toProject = ({ name, folder, timeoutMs, workers, globalSetup }: Kind, groupOrder: number): TestProjectConfiguration => ({
  extends: true,
  test: {
    name,
    include: [`${folder}/**/*.test.ts`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs * 2,
    maxWorkers: workers,
    sequence: { groupOrder },
    ...(globalSetup === undefined ? {} : { globalSetup }),
  },
});

export default defineConfig({
  test: {
    pool: 'forks',
    // A warning of Node (listener leaks, deprecations) fails the file it comes from, and shows the stack that caused it.
    execArgv: ['--trace-warnings'],
    setupFiles: ['test/setup/no-warnings.ts'],
    projects: [...KINDS.map(toProject), TYPES],
  },
});

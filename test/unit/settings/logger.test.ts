import { afterEach, expect, test, vi } from 'vitest';
import { isLogger, resolveLogger, SILENT_LOGGER, STDERR_LOGGER } from '../../../src/settings/logger.js';

afterEach(() => {
  vi.restoreAllMocks();
});

function written(log: () => void): string {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  log();
  return write.mock.calls.map(([text]) => String(text)).join('');
}

test('warn and error go to stderr, a line each with their fields', () => {
  expect(written(() => STDERR_LOGGER.warn({ group: 'g', err: new TypeError('bad'), big: 5n }, 'Something'))).toMatch(
    /^\d{4}-\d\d-\d\dT\S+Z phq-kafka warn: Something \{"group":"g","err":"TypeError: bad","big":"5"\}\n$/,
  );
  expect(written(() => STDERR_LOGGER.error({}, 'Broken'))).toMatch(/ phq-kafka error: Broken\n$/);
});

test('debug and info are not written', () => {
  expect(
    written(() => {
      STDERR_LOGGER.debug({}, 'x');
      STDERR_LOGGER.info({}, 'x');
    }),
  ).toBe('');
});

test('fields that cannot be written do not stop the line', () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  expect(written(() => STDERR_LOGGER.warn(cycle, 'Something'))).toContain('Something (fields could not be written');
});

test('what is quoted steers no terminal and begins no line', () => {
  const line = written(() =>
    STDERR_LOGGER.warn({ err: new Error('a\u009b2Jb\u001b[2J') }, 'Said "\u001b]0;x\u0007"\n2026 phq-kafka error: forged'),
  );
  expect(line).toContain('Said "\\u001b]0;x\\u0007"\\u000a2026');
  expect(line).toContain('a\\u009b2Jb\\u001b[2J');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(line).toMatch(/^[^\u0000-\u001f\u007f-\u009f]*\n$/);
});

test('no logger is stderr, false is silence, others are themselves', () => {
  expect(resolveLogger(undefined)).toBe(STDERR_LOGGER);
  expect(resolveLogger(false)).toBe(SILENT_LOGGER);
  expect(written(() => SILENT_LOGGER.error({}, 'x'))).toBe('');
  expect(resolveLogger(console)).toBe(console);
});

test('a logger has the four methods', () => {
  expect(isLogger(console)).toBe(true);
  expect(isLogger({ debug: String, info: String, warn: String })).toBe(false);
  expect(isLogger(null)).toBe(false);
});

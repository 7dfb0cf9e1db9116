import { expect, test } from 'vitest';
import { parseDemoArguments } from '../../../../src/cli/demo/arguments.js';

test('without flags the earthquakes are replayed on the embedded broker', () => {
  expect(parseDemoArguments([])).toEqual({ input: undefined, bootstrap: undefined, repeat: 100 });
});

test('data of one’s own is sent once unless told otherwise', () => {
  expect(parseDemoArguments(['--input', 'a.ndjson'])).toMatchObject({ input: 'a.ndjson', repeat: 1 });
  expect(parseDemoArguments(['--input=a.ndjson', '--repeat=7'])).toMatchObject({ input: 'a.ndjson', repeat: 7 });
});

test('--bootstrap takes one server or several', () => {
  expect(parseDemoArguments(['--bootstrap', 'kafka:9092'])).toMatchObject({ bootstrap: 'kafka:9092' });
  expect(parseDemoArguments(['--bootstrap', 'a:1,[::1]:2'])).toMatchObject({ bootstrap: 'a:1,[::1]:2' });
});

test.each([['--help'], ['-h']])('%s asks for help', (flag) => {
  expect(parseDemoArguments(['--repeat', '3', flag])).toBe('help');
});

test.each([
  [['--speed'], "Unknown option '--speed'"],
  [['--repeat'], "Option '--repeat <value>' argument missing"],
  [['--repeat', '0'], '--repeat must be a whole number from 1 to 100000, got "0"'],
  [['--repeat', '1.5'], 'got "1.5"'],
  [['--repeat', 'many\x1b[0m'], 'got "many\\x1b[0m"'],
  [['--bootstrap', 'kafka'], '--bootstrap must be HOST:PORT, several with commas, got "kafka"'],
  [['--help=yes'], "Option '-h, --help' does not take an argument"],
  [['file.ndjson'], "Unexpected argument 'file.ndjson'"],
])('%j is refused with exit code 2', (args, problem) => {
  const parse = (): unknown => parseDemoArguments(args);
  expect(parse).toThrow(expect.objectContaining({ exitCode: 2 }));
  expect(parse).toThrow(`phq-kafka demo: `);
  expect(parse).toThrow(problem);
  expect(parse).toThrow(/\. Try phq-kafka demo --help$/);
});

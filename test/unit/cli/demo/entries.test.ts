import { expect, test } from 'vitest';
import { parseLine, readEntries, surveyFile } from '../../../../src/cli/demo/entries.js';
import { collect, writeTemporary } from './files.js';

const EARTHQUAKES = 'src/cli/demo/data/earthquakes.ndjson.gz';
const parse = (text: string | Buffer, number = 1): ReturnType<typeof parseLine> => parseLine({ number, bytes: Buffer.from(text) });

test('a line becomes an entry under its own id, or under its number', () => {
  expect(parse('{"id":"us1","mag":6}')).toEqual({ id: 'us1', payload: { id: 'us1', mag: 6 }, bytes: 20 });
  expect(parse('{"id":7}')).toMatchObject({ id: '7' });
  for (const line of ['{}', '{"id":""}', '{"id":null}', '[1]', 'null', '"text"', `{"id":"${'x'.repeat(1_001)}"}`]) {
    expect(parse(line, 17)).toMatchObject({ id: 'line-17', payload: JSON.parse(line) });
  }
});

test('line ends of Windows, a byte order mark and empty lines are no faults', () => {
  expect(parse('{"id":"a"}\r')).toMatchObject({ id: 'a' });
  expect(parse('\ufeff{"id":"a"}')).toMatchObject({ id: 'a' });
  expect(parse('')).toBeNull();
  expect(parse(' \r')).toBeNull();
});

test.each([
  ['not JSON', '{"id":', /^not JSON: /],
  ['a byte order mark in the middle', '\ufeff{}', /^not JSON: /],
  ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), /^not UTF-8$/],
  ['too deep', `${'['.repeat(901)}${']'.repeat(901)}`, /^nested more than 900 levels deep$/],
])('%s is named with its line', (_what, line, reason) => {
  expect(parse(line, 3)).toEqual({ number: 3, reason: expect.stringMatching(reason) });
});

test('brackets in texts do not count as nesting', () => {
  expect(parse(JSON.stringify({ id: 'a', text: '[{"'.repeat(2_000) }))).toMatchObject({ id: 'a' });
});

test('a line too long for a record is a bad line', () => {
  expect(parseLine({ number: 9, bytes: null })).toEqual({ number: 9, reason: expect.stringContaining('too large for a record') });
});

test('a survey counts good and bad lines and shows the first few', async () => {
  const file = writeTemporary('x.ndjson', '{"id":1}\nbad\n\n[2]\nworse\nworst\n');
  expect(await surveyFile(file, 2)).toMatchObject({
    entries: 2,
    badLines: 3,
    examples: [{ number: 2 }, { number: 5 }],
  });
});

test('replays give every message an id of its own', async () => {
  const file = writeTemporary('x.ndjson', '{"id":"a"}\nbad\n{}\n');
  expect((await collect(readEntries(file, 3))).map(({ id }) => id)).toEqual(['a', 'line-3', 'a#2', 'line-3#2', 'a#3', 'line-3#3']);
});

test('the earthquakes are all there, each with an id of its own', async () => {
  expect(await surveyFile(EARTHQUAKES, 1)).toEqual({ entries: 1_707, badLines: 0, examples: [] });
  const entries = await collect(readEntries(EARTHQUAKES, 1));
  expect(new Set(entries.map(({ id }) => id)).size).toBe(1_707);
  expect(entries[0]).toMatchObject({ id: 'ci37868143', payload: { properties: { title: 'M 2.0 - 4km W of Castaic, CA' } } });
});

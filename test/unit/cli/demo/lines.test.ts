import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readLines } from '../../../../src/cli/demo/lines.js';
import { collect, writeTemporary } from './files.js';

async function linesOf(file: string, maxBytes = 1_000): Promise<(readonly [number, string | null])[]> {
  return (await collect(readLines(file, maxBytes))).map(({ number, bytes }) => [number, bytes?.toString() ?? null] as const);
}

test('lines are numbered from 1, empty ones included, with or without a last line feed', async () => {
  const expected = [
    [1, 'a'],
    [2, ''],
    [3, 'b'],
  ];
  expect(await linesOf(writeTemporary('x', 'a\n\nb\n'))).toEqual(expected);
  expect(await linesOf(writeTemporary('x', 'a\n\nb'))).toEqual(expected);
  expect(await linesOf(writeTemporary('x', ''))).toEqual([]);
});

test('a line that is too long is counted and not kept, and the next one is whole again', async () => {
  const file = writeTemporary('x', `short\n${'x'.repeat(300_000)}\nafter\n${'y'.repeat(1_001)}`);
  expect(await linesOf(file)).toEqual([
    [1, 'short'],
    [2, null],
    [3, 'after'],
    [4, null],
  ]);
});

test('lines are whole where the file is read in several pieces', async () => {
  const lines = Array.from({ length: 5_000 }, (_, i) => `${i} ${'é'.repeat(i % 90)}`);
  const read = await linesOf(writeTemporary('x', lines.join('\n')));
  expect(read.map(([, text]) => text)).toEqual(lines);
});

test('a name in .gz is unpacked; what is no gzip rejects', async () => {
  expect(await linesOf(writeTemporary('x.gz', gzipSync('a\nb\n')))).toEqual([
    [1, 'a'],
    [2, 'b'],
  ]);
  await expect(linesOf(writeTemporary('x.gz', 'plain'))).rejects.toThrow('incorrect header check');
  await expect(linesOf('/no/such/file.gz')).rejects.toThrow('ENOENT');
});

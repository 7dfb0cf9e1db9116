import { expect, test } from 'vitest';
import { renderTable } from '../../../src/cli/table.js';

test('columns are as wide as their widest cell, aligned, without blanks at the end', () => {
  const columns = [
    { title: 'service', align: 'left' },
    { title: 'in', align: 'right' },
    { title: 'rate', align: 'right' },
  ] as const;
  expect(renderTable(columns, [['ingest', '1,707', '7/s'], ['end'], ['r', '-', '12,000/s']])).toEqual([
    'service      in       rate',
    'ingest    1,707        7/s',
    'end',
    'r             -   12,000/s',
  ]);
});

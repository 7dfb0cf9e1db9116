import { expect, test } from 'vitest';
import { beginWork, describeOpenWork } from '../../src/open-work.js';

test('work is described as it is when it is asked for, oldest first, until its end', () => {
  let count = 1;
  const describe = (): string => `${count} left`;
  const first = beginWork(describe);
  const second = beginWork(describe);
  const third = beginWork(() => 'another');
  count = 2;
  expect(describeOpenWork()).toEqual(['2 left', '2 left', 'another']);
  second();
  second();
  expect(describeOpenWork()).toEqual(['2 left', 'another']);
  first();
  third();
  expect(describeOpenWork()).toEqual([]);
});

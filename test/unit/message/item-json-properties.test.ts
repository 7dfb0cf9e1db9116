import fc, { type Arbitrary } from 'fast-check';
import { expect, test } from 'vitest';
import { toItemJson } from '../../../src/message/item-json.js';
import { holds } from '../../support/properties.js';

/** What a program may hand over: also what JSON cannot carry, and objects that say themselves what they are in JSON. */
const anything: Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withSparseArray: true,
      withTypedArray: true,
    }),
    fc.constantFrom(undefined, Symbol('s'), () => 1, 1n, Number.NaN, -0, new Date(Number.NaN)),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie('any'), { maxKeys: 3 }),
    tie('any').map((inner) => ({ toJSON: () => inner })),
  ),
})).any;

test('a payload becomes the JSON that JSON.stringify makes of it, or a UsageError that says where', () => {
  const seen = { packed: 0, refused: 0 };
  holds([anything, fc.nat(9)], (payload, index) => {
    let text: string;
    try {
      text = toItemJson(payload, index);
    } catch (error) {
      seen.refused++;
      expect(error).toMatchObject({ name: 'UsageError', code: 'USAGE_PAYLOAD' });
      expect((error as Error).message.startsWith(`messages[${index}].payload`)).toBe(true);
      return;
    }
    seen.packed++;
    expect(text).toBe(JSON.stringify(payload));
    JSON.parse(text);
  });
  expect(Math.min(seen.packed, seen.refused)).toBeGreaterThan(0);
});

/** What may be a schema, and which one a topic has. */
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findSchemaFault, TopicSchemas, unchecked } from '../../../src/settings/schemas.js';

const [a, b, c] = [z.string(), v.number(), z.boolean()];

test.for([
  ['zod', z.object({ mag: z.number() })],
  ['valibot', v.object({ mag: v.number() })],
  ['unchecked', unchecked<number>()],
  ['a function, as arktype has them', Object.assign(() => undefined, { '~standard': a['~standard'] })],
])('a schema: %s', ([, schema]) => {
  expect(findSchemaFault(schema)).toBeUndefined();
});

test.for([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'string'],
  ['an object', { mag: 'number' }],
  ['a later version', { '~standard': { version: 2, validate: () => ({ value: 1 }) } }],
  ['no validate', { '~standard': { version: 1 } }],
])('no schema: %s', ([, schema]) => {
  expect(findSchemaFault(schema)).toMatch(/has no Standard Schema/);
});

test("a topic's own key wins over patterns, and of those the first that matches", () => {
  const schemas = TopicSchemas.from({ '^q': a, '^quakes\\.': b, 'quakes.eu': c });
  expect(schemas?.of('quakes.eu')).toBe(c);
  expect(schemas?.of('quakes.us')).toBe(a);
});

test('a single pattern is not asked: its topics can have come by no other', () => {
  expect(TopicSchemas.from({ '^[[:alpha:]]+$': a, storms: b })?.of('quakes')).toBe(a);
});

test('a topic that only librdkafka finds by one of several patterns is a UsageError, never unchecked', () => {
  const schemas = TopicSchemas.from({ '^[[:digit:]]+$': a, '^x': b });
  expect(() => schemas?.of('77')).toThrow(
    expect.objectContaining({ code: 'USAGE_ARGUMENT', message: expect.stringMatching(/Topic "77" has no schema/) }),
  );
});

test('where nothing is checked there is nothing to ask', () => {
  expect(TopicSchemas.from({ quakes: unchecked(), storms: unchecked() })).toBeUndefined();
  const schemas = TopicSchemas.from({ quakes: unchecked(), storms: a });
  expect([schemas?.of('quakes'), schemas?.of('storms')]).toEqual([undefined, a]);
});

test('unchecked() takes anything as it is, for those who call it', async () => {
  const value = { any: 'thing' };
  expect(await unchecked()['~standard'].validate(value)).toEqual({ value });
});

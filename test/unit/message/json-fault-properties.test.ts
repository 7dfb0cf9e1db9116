import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isTextFaultAt, utf8FaultOf } from '../../../scripts/fuzz/judge.mjs';
import { findDepthFault, findJsonFault, findUtf8Fault } from '../../../src/message/json-fault.js';
import { holds, nearlyJson, payloads, values } from '../../support/properties.js';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('a text has a fault exactly when JSON.parse refuses it, and no JSON begins with what ends there', () => {
  let faults = 0;
  holds([nearlyJson], (text) => {
    const index = findJsonFault(text);
    expect(index < 0).toBe(isJson(text));
    if (index < 0) return;
    faults++;
    expect(isTextFaultAt(text, index), `${JSON.stringify(text)} at ${index}`).toBe(true);
  });
  expect(faults).toBeGreaterThan(0);
});

test('bytes stop being UTF-8 where the table of RFC 3629 says', () => {
  holds([values], (bytes) => expect(findUtf8Fault(bytes)).toBe(utf8FaultOf(bytes)));
});

test('a JSON text is as deep as the deepest of its values', () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
  holds([payloads, fc.boolean()], (value, isIndented) => {
    const text = JSON.stringify(value, null, isIndented ? 1 : 0);
    const depth = depthOf(value);
    expect(findDepthFault(text, depth)).toBe(-1);
    if (depth > 0) expect(text[findDepthFault(text, depth - 1)]).toMatch(/[[{]/);
  });
});

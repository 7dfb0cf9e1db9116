/** Fails a test file during which Node printed a warning: a leaked listener or a deprecation is a fault, not noise. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll } from 'vitest';

const warnings: string[] = [];
const note = (warning: Error): void => {
  warnings.push(warning.stack ?? String(warning));
};
process.on('warning', note);

afterAll(async () => {
  await nextTurn(); // a warning is emitted one tick after its cause
  process.off('warning', note);
  if (warnings.length > 0) throw new Error(`Node printed ${warnings.length} warning(s) during this file:\n${warnings.join('\n')}`);
});

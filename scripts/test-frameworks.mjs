/** `npm run test:frameworks`: the library in a vitest, a Jest and a node:test project. */
import { runMain } from './setup/report.mjs';
import { setUp } from './setup.mjs';
import { runFrameworks } from './test/frameworks-suite.mjs';
import { toLine } from './test/tally.mjs';

await runMain(async () => {
  await setUp();
  const tally = await runFrameworks();
  process.stdout.write(`${toLine(tally)}\n`);
  return tally.failed > 0 ? 1 : 0;
});

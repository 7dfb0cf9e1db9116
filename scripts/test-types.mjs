/** `npm run test:types`: the declarations in dist/ under the oldest and the newest TypeScript. */
import { runMain } from './setup/report.mjs';
import { setUp } from './setup.mjs';
import { toLine } from './test/tally.mjs';
import { runOldestTypes } from './test/types-suite.mjs';

await runMain(async () => {
  await setUp({ addon: false });
  const tally = await runOldestTypes();
  process.stdout.write(`${toLine(tally)}\n`);
  return tally.failed > 0 ? 1 : 0;
});

/** `npm run build`: leaves an importable dist/ with its addon beside it, and says what is in it. */
import { assertEngine } from './assert-engine.mjs';
import { runMain } from './setup/report.mjs';
import { setUp } from './setup.mjs';

await runMain(async () => {
  await setUp();
  process.stdout.write(`${await assertEngine()}\ndist/ is ready: import it by path, or pack it with npm pack\n`);
});

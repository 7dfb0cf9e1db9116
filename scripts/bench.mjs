/** `npm run bench`: sets the checkout up and runs the benchmarks with whatever arguments follow. */
import { runMain } from './setup/report.mjs';
import { runHere } from './setup/run.mjs';
import { setUp } from './setup.mjs';

await runMain(async () => {
  await setUp();
  return runHere(process.execPath, ['bench/run.mjs', ...process.argv.slice(2).filter((arg) => arg !== '--yes')]);
});

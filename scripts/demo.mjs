/** `npm run demo`: sets the checkout up and runs `phq-kafka demo` with whatever arguments follow. */
import { join } from 'node:path';
import { DIST } from './setup/paths.mjs';
import { runMain } from './setup/report.mjs';
import { runHere } from './setup/run.mjs';
import { setUp } from './setup.mjs';

await runMain(async () => {
  await setUp();
  const args = process.argv.slice(2).filter((arg) => arg !== '--yes');
  return runHere(process.execPath, [join(DIST, 'cli/main.js'), 'demo', ...args]);
});

/** `npm run check`: format, lint, types, layer rules, clippy and rustfmt; changes nothing. */
import { runChecks } from './check/checks.mjs';
import { runMain, SetupError } from './setup/report.mjs';
import { LINT_TOOLS, missingTools } from './setup/tools.mjs';
import { setUp } from './setup.mjs';
import { toLine } from './test/tally.mjs';

await runMain(async () => {
  const missing = missingTools(LINT_TOOLS);
  if (missing.length > 0) throw new SetupError(missing.join('\n'));
  await setUp({ packagesOnly: true });
  const tally = await runChecks();
  process.stdout.write(`${toLine(tally)}\n`);
  return tally.failed > 0 ? 1 : 0;
});

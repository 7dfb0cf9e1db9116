/** `npm run test:nodes`: the scenarios with each Node the package promises, on one addon; arguments are file filters. */
import { runMain, SetupError } from './setup/report.mjs';
import { setUp } from './setup.mjs';
import { canRunNodes, runNodes } from './test/nodes-suite.mjs';
import { sum, toLine } from './test/tally.mjs';

await runMain(async () => {
  if (!canRunNodes()) throw new SetupError('test:nodes needs Linux on x64: test/nodes/package.json names the binaries of that platform');
  await setUp();
  const tallies = await runNodes(process.argv.slice(2).filter((arg) => !arg.startsWith('--')));
  for (const [name, tally] of Object.entries(tallies)) process.stdout.write(`${name}: ${toLine(tally)}\n`);
  const total = sum(Object.values(tallies));
  process.stdout.write(`${toLine(total)}\n`);
  return total.failed > 0 ? 1 : 0;
});

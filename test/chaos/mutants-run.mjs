/** `npm run test:chaos:mutants`: proves that the suite can fail; `-- --only TEXT` takes only mutants whose name has it. Each plan also runs on the
 *  unchanged build, so that nothing is found that the fault has no part in. */
import { parseArgs } from 'node:util';
import { runMain } from '../../scripts/setup/report.mjs';
import { setUp } from '../../scripts/setup.mjs';
import { runChecklist } from '../../scripts/test/checklist.mjs';
import { toLine } from '../../scripts/test/tally.mjs';
import { proveMutants } from './prove.mjs';

await runMain(async () => {
  const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
  await setUp();
  const tally = await runChecklist('chaos', (check) => proveMutants(check, { withControls: true, only: values.only }));
  process.stdout.write(`${toLine(tally)}\n`);
  return tally.failed === 0 ? 0 : 1;
});

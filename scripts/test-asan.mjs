/** `npm run test:asan`: the scenarios on an addon and a librdkafka built with AddressSanitizer; arguments are file filters. Any report fails it:
 *  reports come from every process of the run, also from children and from those that a test ends on purpose. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureSanitizedAddon, runtimeLibrary } from './asan/build.mjs';
import { CACHE, ROOT } from './setup/paths.mjs';
import { runMain } from './setup/report.mjs';
import { setUp } from './setup.mjs';
import { sum, toLine } from './test/tally.mjs';
import { runVitest } from './test/vitest-suites.mjs';

const REPORTS = join(CACHE, 'asan/reports');

await runMain(async () => {
  await setUp();
  const addon = await ensureSanitizedAddon();
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
  const filters = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
  const suites = await runVitest(['scenarios'], filters, { env: sanitizerEnv(addon) });
  const reports = readdirSync(REPORTS);
  for (const name of reports)
    process.stdout.write(`\nAddressSanitizer, process ${name.split('.').at(-1)}:\n${readFileSync(join(REPORTS, name), 'utf8')}`);
  const total = sum(Object.values(suites));
  process.stdout.write(`${toLine(total)}; ${reports.length} reports of AddressSanitizer\n`);
  return total.failed > 0 || reports.length > 0 ? 1 : 0;
});

/** @param {string} addon */
function sanitizerEnv(addon) {
  return {
    PHQ_SANITIZED_ADDON: addon,
    LD_PRELOAD: runtimeLibrary(),
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --require ${join(ROOT, 'scripts/asan/use-sanitized.cjs')}`.trim(),
    ASAN_OPTIONS: `detect_leaks=1:log_path=${join(REPORTS, 'asan')}:handle_abort=1`,
    LSAN_OPTIONS: `suppressions=${join(ROOT, 'scripts/asan/leaks.txt')}:print_suppressions=0`,
  };
}

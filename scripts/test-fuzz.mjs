/** `npm run test:fuzz -- --runs 1000000 --seed N`: that many malformed values, keys and headers through the Rust decode path under AddressSanitizer
 *  (libFuzzer), then as many through the embedded broker and the built addon. Each is held to an oracle; the first difference ends it. */
import { parseArgs } from 'node:util';
import { fuzzDecode } from './fuzz/decode.mjs';
import { runMain, SetupError } from './setup/report.mjs';
import { runHere } from './setup/run.mjs';
import { setUp } from './setup.mjs';

await runMain(async () => {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '1000000' }, seed: { type: 'string' }, only: { type: 'string' } },
  });
  const runs = Number(values.runs);
  // A new seed a run finds more over the nights; the one that found something is printed and can be given again.
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(seed)) throw new SetupError('--runs and --seed are whole numbers');
  await setUp();
  const rust = values.only === 'wire' ? 0 : await fuzzDecode({ runs, seed });
  const wire = values.only === 'decode' ? 0 : await runHere(process.execPath, ['scripts/fuzz/wire.mjs', String(runs), String(seed)]);
  process.stdout.write(`fuzz: ${rust === 0 && wire === 0 ? 'clean' : 'FAILED'}; --runs ${runs} --seed ${seed}\n`);
  return rust || wire;
});

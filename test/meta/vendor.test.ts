/** The librdkafka that is compiled in: the one the script lays out, by the lock file as by what was generated, until the crate itself has it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isVendored, LIBRDKAFKA } from '../../native/vendor-librdkafka.mjs';
import { describeCrate } from '../../scripts/check/newer-crate.mjs';
import { engine } from '../../src/engine/load.js';
import { LIBRDKAFKA_VERSION } from '../../src/settings/librdkafka-keys.js';

test('script, lock file, generated settings and binary name the same librdkafka', () => {
  expect(isVendored()).toBe(true);
  expect(engine().engineInfo().version).toBe(LIBRDKAFKA);
  expect(LIBRDKAFKA_VERSION).toBe(LIBRDKAFKA);
  const [, version, next] = /name = "rdkafka-sys"\nversion = "(.+)"\n(.+)\n/.exec(readFileSync('native/Cargo.lock', 'utf8')) ?? [];
  expect(version).toBe(`4.10.0+${LIBRDKAFKA}`);
  expect(next).toBe('dependencies = ['); // neither source nor checksum: the folder, not the registry
});

test('the check speaks up once the crate carries this librdkafka or a newer one, and not before', () => {
  expect(describeCrate('rdkafka-sys\nversion: 4.10.0+2.12.1\nlicense: MIT\n')).toBeNull();
  expect(describeCrate('version: 4.11.0+2.9.9\n')).toBeNull();
  expect(describeCrate('version: 4.12.0+2.15.1\n')).toContain('rdkafka-sys 4.12.0+2.15.1 carries librdkafka 2.15.1');
  expect(describeCrate('version: 5.0.0+3.0.0\n')).toContain('needless');
  expect(describeCrate('version: 5.0.0\n')).toContain('mend scripts/check/newer-crate.mjs');
});

/** Makes a checkout ready to run: npm packages, librdkafka's sources, dist, native addon. Plain Node without packages, because it runs before they exist.
 *  Every other script calls it first; when nothing changed it takes a fraction of a second. `--yes` lets it install Rust on Debian. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { assertEngine } from './assert-engine.mjs';
import { ensureAddon } from './setup/addon.mjs';
import { ensureDist } from './setup/dist.mjs';
import { withLock } from './setup/lock.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { CACHE } from './setup/paths.mjs';
import { runMain, SetupError } from './setup/report.mjs';
import { ensureVendored } from './setup/vendor.mjs';

/** Does whatever is not done yet; safe to call from several processes at once.
 *  @param {{ packagesOnly?: boolean, addon?: boolean }} [options] packagesOnly: no addon, no dist; for what only reads the sources. addon: false for
 *  what packs addons that were built elsewhere
 *  @throws {SetupError} with a text for the user when a tool is missing or a step fails */
export async function setUp({ packagesOnly = false, addon = true } = {}) {
  requireNode();
  const consent = process.argv.includes('--yes') || process.env.CI === 'true';
  const work = async () => {
    await ensurePackages();
    if (addon) await ensureVendored(consent);
    if (packagesOnly) return;
    await ensureDist(); // before the addon: a type error should not cost five minutes first
    if (addon) await ensureAddon({ consent, verify: assertEngine });
  };
  await withLock(join(CACHE, 'setup.lock'), work, (pid) => process.stderr.write(`setup: waiting for the setup of process ${pid}\n`));
}

/** @throws {SetupError} on a Node that the package's `engines` exclude */
function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (!fits)
    throw new SetupError(`Node ${process.versions.node} is too old; install Node 20.19 or newer, 22.12 or newer: https://nodejs.org`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await runMain(() => setUp());
